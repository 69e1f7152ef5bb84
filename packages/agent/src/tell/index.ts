import type { Agent } from "../agent.ts";
import { thisProcess } from "../entry/host.ts";
import { SpotkeeperError } from "../errors.ts";
import { sendAnywhere } from "../net/anywhere.ts";
import type { Send } from "../net/send.ts";
import { noOther, wants } from "../options.ts";
import { byEventBridge, byHttp, type EventBridgeLike, type Tell, tellFrom } from "./tell.ts";

export type { EventBridgeLike } from "./tell.ts";

/** Where the controller hears it: its own door, or a bus. A token that is a function is asked for at each use. */
export type TellOptions =
  | { readonly url: string; readonly token?: string | (() => string | null) }
  | { readonly eventBridge: EventBridgeLike; readonly bus?: string };

/**
 * Tells the controller of the notices that this instance sees come and go, so that it knows of them even where AWS's own message is
 * late or lost. They join the incident that AWS's message opens, and drain nothing twice. Trouble is told by a warning of
 * the process.
 *
 * It tells as well that there is an agent, when its drain begins and when that is over, so that a lifecycle hook of this
 * instance is answered when the work is done. Returns what ends it, and resolves when the controller knows that.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export function tellController(agent: Pick<Agent, "on">, options: TellOptions): () => Promise<void> {
  const { clock, process } = thisProcess;
  const send = sendAnywhere(clock);
  const tell = tellBy(options, send);
  return tellFrom(
    thisProcess,
    agent,
    send,
    () => tell,
    (error) => process.emitWarning(error),
  );
}

function tellBy(options: TellOptions, send: Send): Tell {
  noOther("tellController", options, ["url", "token", "eventBridge", "bus"]);
  if ("eventBridge" in options) {
    const { eventBridge, bus = null } = options;
    const what = "the client EventBridge of @aws-sdk/client-eventbridge";
    if (typeof eventBridge?.putEvents !== "function") throw wrong(`eventBridge: wants ${what}`);
    return byEventBridge(eventBridge, bus);
  }
  const { url, token = null } = options;
  wants(url !== undefined, "tellController", "nothing", "a url or an eventBridge");
  wants(URL.canParse(url) && /^https?:/.test(url), "url", url, "a URL such as http://10.0.0.5:8787");
  if (token !== null && typeof token !== "string" && typeof token !== "function")
    throw wrong("token: wants a text, or a function that gives one");
  return byHttp(send, thisProcess.clock, new URL(url), typeof token === "function" ? token : () => token);
}

/** Does not repeat what it got, which may be a secret, or a whole client. */
const wrong = (what: string): SpotkeeperError => new SpotkeeperError("SK-AGENT-OPTION", `${what}.`);
