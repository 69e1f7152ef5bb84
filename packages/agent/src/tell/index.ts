import type { Agent } from "../agent.ts";
import { thisProcess } from "../entry/host.ts";
import { sendAnywhere } from "../net/anywhere.ts";
import { byEventBridge, byHttp, type EventBridgeLike, type Tell, tellFrom } from "./tell.ts";

export type { EventBridgeLike } from "./tell.ts";

/** Where the controller hears it: its own door, or a bus. */
export type TellOptions =
  | { readonly url: string; readonly token?: string }
  | { readonly eventBridge: EventBridgeLike; readonly bus?: string };

/**
 * Tells the controller of the notices that this instance sees come and go, so that it knows of them even where AWS's own message is
 * late or lost. They join the incident that AWS's message opens, and drain nothing twice. Trouble is told by a warning of
 * the process.
 *
 * It tells as well that there is an agent, when its drain begins and when that is over, so that a lifecycle hook of this
 * instance is answered when the work is done. Returns what ends it, and resolves when the controller knows that.
 */
export function tellController(agent: Pick<Agent, "on">, options: TellOptions): () => Promise<void> {
  const { clock, process } = thisProcess;
  const send = sendAnywhere(clock);
  const makeTell = (): Tell =>
    "url" in options
      ? byHttp(send, clock, new URL(options.url), options.token ?? null)
      : byEventBridge(options.eventBridge, options.bus ?? null);
  return tellFrom(thisProcess, agent, send, makeTell, (error) => process.emitWarning(error));
}
