import { randomUUID } from "node:crypto";
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
  workEvent,
  type WorkState,
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
/** How the work stands is tried for ten minutes: a lifecycle hook waits for it. */
const LONG_PAUSES: readonly Ms[] = [...PAUSES, ...Array<Ms>(36).fill(16_000)];
/** A drain that follows a notice has begun by then. */
const BEGUN: Ms = 15_000;
const never = new AbortController().signal;

/** By the metadata service at `endpoint`. */
function identifyBy(endpoint: URL, send: Send, clock: Clock): TellerOptions["identify"] {
  const ask = createAsk(send, 404, createToken(endpoint, false, send, clock));
  const url = new URL("/latest/dynamic/instance-identity/document", endpoint);
  return async () => (await ask(url, clock.now() + 1_500, identityOf))[0];
}

/** Has the controller hear of the notices that an agent sees come and go, and of the work that ends for them. */
export interface Teller {
  came(notice: Notice): Promise<void>;
  went(notice: Notice, withdrawal: Withdrawal): Promise<void>;
  /** Resolves when the controller knows, or when it is given up; what is reported later makes it needless. */
  works(state: WorkState, because?: string | null, outcome?: string | null): Promise<void>;
  /** Reports that there is no agent any more, if its work is not reported to be over yet. Resolves as `works` does. */
  leaves(): Promise<void>;
}

/** Tells the controller what this instance sees. It never holds up a drain. */
export function createTeller({ tell, identify, clock, onTrouble }: TellerOptions): Teller {
  let known: Identity | null = null;
  const agent = randomUUID().slice(0, 8);
  let sequence = 0;
  let last: { readonly state: WorkState; readonly told: Promise<void> } | null = null;
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
  const tries = async (
    what: string,
    about: (me: Identity) => AgentEvent | null,
    pauses = PAUSES,
    isNeeded = (): boolean => true,
  ): Promise<void> => {
    for (const wait of [...pauses, null]) {
      if (!isNeeded()) return;
      try {
        await once(about);
        return;
      } catch (error) {
        // Once may be a slip. What stands, a wrong token for one, is told while there is time: a drain can be short.
        if (wait === PAUSES[1]) {
          const message = `The controller cannot be told of ${what}: ${messageOf(error)}. It is tried for a while.`;
          onTrouble(new SpotkeeperError("SK-AGENT-TELL", message, { cause: error }));
        }
        if (wait !== null) await pause(clock, wait, never);
      }
    }
  };
  const works: Teller["works"] = (state, because = null, outcome = null) => {
    const report = { agent, sequence: sequence++, state, because, outcome, at: iso(clock.wall()) };
    const isLast = (): boolean => sequence === report.sequence + 1;
    const told = tries(`the work here (${state})`, (me) => workEvent(report, me), LONG_PAUSES, isLast);
    last = { state, told };
    return told;
  };
  return {
    works,
    leaves: () => (last?.state === "done" ? last.told : works("done", "exit")),
    came(notice) {
      const told = tries(`the notice (${notice.kind})`, (me) => eventOf(notice, me));
      coming.set(notice, told);
      return told;
    },
    async went(notice, withdrawal) {
      // Of a notice that it has not heard of yet it could make nothing.
      await coming.get(notice);
      await tries(`the end of the notice (${notice.kind})`, (me) => withdrawalOf(notice, withdrawal, me));
    },
  };
}

/**
 * Has a controller hear of what `agent` sees from now on, and that there is an agent. Returns what ends that, which
 * resolves when the controller knows that too, or when it is given up. Where no metadata say which instance this is, nobody
 * is told.
 */
export function tellFrom(
  { clock, process: { env } }: Pick<Host, "clock" | "process">,
  agent: Pick<Agent, "on">,
  send: Send,
  makeTell: () => Tell,
  onTrouble: (error: SpotkeeperError) => void,
): () => Promise<void> {
  const endpoint = metadataEndpoint(env);
  if (endpoint === null) return async () => {};
  const identify = identifyBy(endpoint, send, clock);
  const teller = createTeller({ tell: makeTell(), identify, clock, onTrouble });
  void teller.works("watching");
  const end = tellOf(agent, teller, clock);
  return () => {
    end();
    return teller.leaves();
  };
}

/** Has it hear of what `agent` sees from now on. Returns what ends that. */
export function tellOf(agent: Pick<Agent, "on">, teller: Teller, clock: Clock): () => void {
  let drains = false;
  const ends = [
    agent.on("notice", (notice) => {
      void teller.came(notice);
      if (notice.kind !== "termination") return;
      void pause(clock, BEGUN, never).then(() => (drains ? undefined : teller.works("passive", notice.kind)));
    }),
    agent.on("draining", ({ kind }) => {
      drains = true;
      void teller.works("draining", kind);
    }),
    // Where it was called off, what follows is told: the work goes on, or is brought to its end anew.
    agent.on("drained", ({ outcome, reason }) => outcome === "cancelled" || teller.works("done", reason.kind, outcome)),
    agent.on("cancelled", ({ notice, resumed }) => {
      void teller.went(notice, { at: iso(clock.wall()), resumed });
      if (!resumed) return;
      drains = false;
      void teller.works("watching");
    }),
  ];
  return () => ends.forEach((end) => end());
}

/** By HTTP: `POST /api/v1/signals` of the controller, with the token of its `sources.http`. */
export function byHttp(send: Send, clock: Pick<Clock, "now">, controller: URL, tokenOf: () => string | null): Tell {
  const url = new URL("/api/v1/signals", controller);
  return async (event, identity) => {
    const token = tokenOf();
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
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
