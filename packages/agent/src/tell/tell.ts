import type { Agent } from "../agent.ts";
import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import { isTaken, outcomeOf } from "../net/anywhere.ts";
import type { Send } from "../net/send.ts";
import { iso, type Notice } from "../notice.ts";
import type { Host } from "../options.ts";
import { metadataEndpoint } from "../watch/environment.ts";
import { createAsk } from "../watch/metadata.ts";
import { createToken } from "../watch/token.ts";
import {
  type AgentEvent,
  enveloped,
  EVENT_SOURCE,
  eventOf,
  type Identity,
  identityOf,
  type Withdrawal,
  withdrawalOf,
} from "./event.ts";

/** Tells somebody of one event. Rejects if that did not succeed. */
export type Tell = (event: AgentEvent, identity: Identity) => Promise<unknown>;

export interface TellerOptions {
  readonly tell: Tell;
  /** Asks which instance this is; null: that is not to be had. */
  readonly identify: () => Promise<Identity | null>;
  readonly clock: Clock;
  readonly onTrouble: (error: SpotkeeperError) => void;
}

/** Pauses between tries; a notice is of no use to the controller much later. */
const PAUSES: readonly Ms[] = [500, 1_000, 2_000, 4_000, 8_000, 16_000];
const never = new AbortController().signal;

/** By the metadata service at `endpoint`. */
function identifyBy(endpoint: URL, send: Send, clock: Clock): TellerOptions["identify"] {
  const ask = createAsk(send, 404, createToken(endpoint, false, send, clock));
  const url = new URL("/latest/dynamic/instance-identity/document", endpoint);
  return async () => (await ask(url, clock.now() + 1_500, identityOf))[0];
}

/** Has the controller hear of the notices that an agent sees come and go. */
export interface Teller {
  came(notice: Notice): Promise<void>;
  went(notice: Notice, withdrawal: Withdrawal): Promise<void>;
}

/** Tells the controller what this instance sees. It never holds up a drain. */
export function createTeller({ tell, identify, clock, onTrouble }: TellerOptions): Teller {
  let known: Identity | null = null;
  const coming = new WeakMap<Notice, Promise<void>>();
  const identity = async (): Promise<Identity> => {
    if (known !== null) return known;
    known = await identify();
    if (known === null) throw new Error("the metadata service does not say which instance this is");
    return known;
  };
  const once = async (about: (me: Identity) => AgentEvent | null): Promise<void> => {
    const me = await identity();
    const event = about(me);
    if (event !== null) await tell(event, me);
  };
  const tries = async ({ kind }: Notice, about: (me: Identity) => AgentEvent | null): Promise<void> => {
    for (const wait of [...PAUSES, null]) {
      try {
        await once(about);
        return;
      } catch (error) {
        // Once may be a slip. What stands, a wrong token for one, is told while there is time: a drain can be short.
        if (wait === PAUSES[1]) {
          const message = `The controller cannot be told of the notice (${kind}): ${messageOf(error)}. It is tried for half a minute.`;
          onTrouble(new SpotkeeperError("SK-AGENT-TELL", message, { cause: error }));
        }
        if (wait !== null) await pause(clock, wait, never);
      }
    }
  };
  return {
    came(notice) {
      const told = tries(notice, (me) => eventOf(notice, me));
      coming.set(notice, told);
      return told;
    },
    async went(notice, withdrawal) {
      // Of a notice that it has not heard of yet it could make nothing.
      await coming.get(notice);
      await tries(notice, (me) => withdrawalOf(notice, withdrawal, me));
    },
  };
}

/**
 * Has a controller hear of what `agent` sees from now on. Returns what ends that. Where no metadata say which instance this
 * is, nobody is told.
 */
export function tellFrom(
  { clock, process: { env } }: Pick<Host, "clock" | "process">,
  agent: Pick<Agent, "on">,
  send: Send,
  makeTell: () => Tell,
  onTrouble: (error: SpotkeeperError) => void,
): () => void {
  const endpoint = metadataEndpoint(env);
  if (endpoint === null) return () => {};
  const identify = identifyBy(endpoint, send, clock);
  return tellOf(agent, createTeller({ tell: makeTell(), identify, clock, onTrouble }), clock);
}

/** Has it hear of what `agent` sees from now on. Returns what ends that. */
export function tellOf(agent: Pick<Agent, "on">, teller: Teller, clock: Pick<Clock, "wall">): () => void {
  const ends = [
    agent.on("notice", (notice) => void teller.came(notice)),
    agent.on("cancelled", ({ notice, resumed }) => void teller.went(notice, { at: iso(clock.wall()), resumed })),
  ];
  return () => ends.forEach((end) => end());
}

/** By HTTP: `POST /api/v1/signals` of the controller, with the token of its `sources.http`. */
export function byHttp(send: Send, clock: Pick<Clock, "now">, controller: URL, token: string | null): Tell {
  const url = new URL("/api/v1/signals", controller);
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return async (event, identity) => {
    const headers = { ...authorization, "content-type": "application/json" };
    const body = JSON.stringify(enveloped(event, identity));
    const reply = await send("POST", url, headers, clock.now() + 5_000, body);
    if (!isTaken(reply)) throw new Error(outcomeOf(reply));
  };
}

/** What is used of the client `EventBridge` of `@aws-sdk/client-eventbridge`. */
export interface EventBridgeLike {
  putEvents(input: {
    readonly Entries: {
      readonly Source: string;
      readonly DetailType: string;
      readonly Detail: string;
      readonly Time: Date;
      readonly EventBusName?: string;
    }[];
  }): Promise<{ readonly FailedEntryCount?: number | undefined }>;
}

/** By EventBridge, whose rule sends `spotkeeper.agent` to the controller's queue. */
export function byEventBridge(client: EventBridgeLike, bus: string | null): Tell {
  return async ({ detailType, time, detail }) => {
    const entry = {
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
      Time: new Date(time),
    };
    const { FailedEntryCount = 0 } = await client.putEvents({
      Entries: [bus === null ? entry : { ...entry, EventBusName: bus }],
    });
    if (FailedEntryCount > 0) throw new Error("EventBridge did not take it");
  };
}
