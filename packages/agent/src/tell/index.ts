import type { Agent } from "../agent.ts";
import { thisProcess } from "../entry/host.ts";
import { SpotkeeperError } from "../errors.ts";
import { sendHttpOrHttps } from "../net/http-or-https.ts";
import type { Send } from "../net/send.ts";
import { noOther, wants } from "../options.ts";
import { byEventBridge, byHttp, type EventBridgeLike, type SendEvent, startTeller } from "./teller.ts";

export type { EventBridgeLike } from "./teller.ts";

/**
 * How the controller is reached: by its HTTP API, or by an event bus. A token that is a function is called for each
 * request.
 */
export type TellOptions =
  | { readonly url: string; readonly token?: string | (() => string | null) }
  | { readonly eventBridge: EventBridgeLike; readonly bus?: string };

/**
 * Reports the notices of this instance to the controller, so that it learns of them even if AWS's own message is late
 * or lost. They join the incident that AWS's message opens, and nothing is drained twice. Problems become process
 * warnings.
 *
 * It also reports that an agent runs here, and when its drain begins and ends, so that the controller answers a
 * lifecycle hook of this instance when the work is done. Returns a function that ends the reporting; it resolves when
 * the controller knows that.
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 */
export function tellController(agent: Pick<Agent, "on">, options: TellOptions): () => Promise<void> {
  const { clock, process } = thisProcess;
  const send = sendHttpOrHttps(clock);
  const tell = tellBy(options, send);
  return startTeller(
    thisProcess,
    agent,
    send,
    () => tell,
    (error) => process.emitWarning(error),
  );
}

function tellBy(options: TellOptions, send: Send): SendEvent {
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

/** Makes an error without the value, which may be a secret or a whole client. */
const wrong = (what: string): SpotkeeperError => new SpotkeeperError("SK-AGENT-OPTION", `${what}.`);
