import { randomUUID } from "node:crypto";
import type { Agent } from "../agent.ts";
import { type Clock, type Ms, pause } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import { isSuccess, describeReply } from "../net/http-or-https.ts";
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

/** Sends one event to the controller. Rejects if that failed. */
export type SendEvent = (event: AgentEvent, identity: Identity) => Promise<unknown>;

export interface TellerOptions {
  readonly tell: SendEvent;
  /** Asks which instance this is; returns null if the metadata do not say. */
  readonly identify: () => Promise<Identity | null>;
  readonly clock: Clock;
  readonly onTrouble: (error: SpotkeeperError) => void;
}

/** Pauses between tries for a notice; much later it is of no use to the controller. */
const PAUSES: readonly Ms[] = [500, 1_000, 2_000, 4_000, 8_000, 16_000];
/** Pauses for reports about work: ten minutes in all, since a lifecycle hook waits for them. */
const LONG_PAUSES: readonly Ms[] = [...PAUSES, ...Array<Ms>(36).fill(16_000)];
/** A drain for a notice begins within this time. */
const DRAIN_BEGINS_WITHIN: Ms = 15_000;
const never = new AbortController().signal;

/** Makes an `identify` that asks the metadata service at `endpoint`. */
function identifyBy(endpoint: URL, send: Send, clock: Clock): TellerOptions["identify"] {
  const ask = createAsk(send, 404, createToken(endpoint, false, send, clock));
  const url = new URL("/latest/dynamic/instance-identity/document", endpoint);
  return async () => (await ask(url, clock.now() + 1_500, identityOf))[0];
}

/** Reports to the controller: notices that come and go, and the state of the work. */
export interface Teller {
  noticeAppeared(notice: Notice): Promise<void>;
  noticeWithdrawn(notice: Notice, withdrawal: Withdrawal): Promise<void>;
  /**
   * Reports the state of the work. Resolves when the controller has it, when the tries are used up, or when a later
   * report makes it needless.
   */
  reportWork(state: WorkState, because?: string | null, outcome?: string | null): Promise<void>;
  /** Reports that the agent ends, unless its work is already reported as done. Resolves as `reportWork` does. */
  reportExit(): Promise<void>;
}

/** Creates a teller. It never delays a drain. */
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
  const sendOnce = async (about: (me: Identity) => AgentEvent | null): Promise<void> => {
    const me = await identity();
    const event = about(me);
    if (event !== null) await tell(event, me);
  };
  const retry = async (
    what: string,
    about: (me: Identity) => AgentEvent | null,
    pauses = PAUSES,
    isNeeded = (): boolean => true,
  ): Promise<void> => {
    for (const wait of [...pauses, null]) {
      if (!isNeeded()) return;
      try {
        await sendOnce(about);
        return;
      } catch (error) {
        // Report the problem after the second failure: one may be an accident. Do not wait longer: a drain can be
        // short.
        if (wait === PAUSES[1]) {
          const message = `The controller cannot be told of ${what}: ${messageOf(error)}. It is tried for a while.`;
          onTrouble(new SpotkeeperError("SK-AGENT-TELL", message, { cause: error }));
        }
        if (wait !== null) await pause(clock, wait, never);
      }
    }
  };
  const reportWork: Teller["reportWork"] = (state, because = null, outcome = null) => {
    const report = { agent, sequence: sequence++, state, because, outcome, at: iso(clock.wall()) };
    const isLast = (): boolean => sequence === report.sequence + 1;
    const told = retry(`the work here (${state})`, (me) => workEvent(report, me), LONG_PAUSES, isLast);
    last = { state, told };
    return told;
  };
  return {
    reportWork,
    reportExit: () => (last?.state === "done" ? last.told : reportWork("done", "exit")),
    noticeAppeared(notice) {
      const told = retry(`the notice (${notice.kind})`, (me) => eventOf(notice, me));
      coming.set(notice, told);
      return told;
    },
    async noticeWithdrawn(notice, withdrawal) {
      // The controller must know the notice before its withdrawal means anything.
      await coming.get(notice);
      await retry(`the end of the notice (${notice.kind})`, (me) => withdrawalOf(notice, withdrawal, me));
    },
  };
}

/**
 * Reports to a controller from now on what `agent` sees, and that an agent runs here. Returns a function that ends it,
 * whose promise resolves when the controller knows that too or the tries are used up. Reports nothing if there is no
 * metadata service.
 */
export function startTeller(
  { clock, process: { env } }: Pick<Host, "clock" | "process">,
  agent: Pick<Agent, "on">,
  send: Send,
  makeTell: () => SendEvent,
  onTrouble: (error: SpotkeeperError) => void,
): () => Promise<void> {
  const endpoint = metadataEndpoint(env);
  if (endpoint === null) return async () => {};
  const identify = identifyBy(endpoint, send, clock);
  const teller = createTeller({ tell: makeTell(), identify, clock, onTrouble });
  void teller.reportWork("watching");
  const end = connectTeller(agent, teller, clock);
  return () => {
    end();
    return teller.reportExit();
  };
}

/** Connects an agent's events to a teller. Returns a function that disconnects them. */
export function connectTeller(agent: Pick<Agent, "on">, teller: Teller, clock: Clock): () => void {
  let drains = false;
  const ends = [
    agent.on("notice", (notice) => {
      void teller.noticeAppeared(notice);
      if (notice.kind !== "termination") return;
      void pause(clock, DRAIN_BEGINS_WITHIN, never).then(() =>
        drains ? undefined : teller.reportWork("passive", notice.kind),
      );
    }),
    agent.on("draining", ({ kind }) => {
      drains = true;
      void teller.reportWork("draining", kind);
    }),
    // After a cancelled drain another event follows: the work goes on, or a new drain begins.
    agent.on(
      "drained",
      ({ outcome, reason }) => outcome === "cancelled" || teller.reportWork("done", reason.kind, outcome),
    ),
    agent.on("cancelled", ({ notice, resumed }) => {
      void teller.noticeWithdrawn(notice, { at: iso(clock.wall()), resumed });
      if (!resumed) return;
      drains = false;
      void teller.reportWork("watching");
    }),
  ];
  return () => ends.forEach((end) => end());
}

/** Sends events by HTTP: `POST /api/v1/signals` of the controller, with the token of its `sources.http`. */
export function byHttp(
  send: Send,
  clock: Pick<Clock, "now">,
  controller: URL,
  tokenOf: () => string | null,
): SendEvent {
  const url = new URL("/api/v1/signals", controller);
  return async (event, identity) => {
    const token = tokenOf();
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const headers = { ...authorization, "content-type": "application/json" };
    const body = JSON.stringify(enveloped(event, identity));
    const reply = await send("POST", url, headers, clock.now() + 5_000, body);
    if (!isSuccess(reply)) throw new Error(describeReply(reply));
  };
}

/** The part of the client `EventBridge` of `@aws-sdk/client-eventbridge` that is used. */
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

/** Sends events by EventBridge; a rule must send the source `spotkeeper.agent` to the controller's queue. */
export function byEventBridge(client: EventBridgeLike, bus: string | null): SendEvent {
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
