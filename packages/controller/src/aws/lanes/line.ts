import type { Ask, Place } from "../ask.ts";
import type { Clock } from "../../clock.ts";
import { classify } from "../classify.ts";
import { type AwsFailure, failed } from "../failure.ts";
import type { CallRecord, Operation } from "../operation.ts";
import type { Candidate, Lane } from "./lane.ts";
import { createQueue, type Urgency } from "./queue.ts";
import { createRequests, type Requests, urgencyOf } from "./requests.ts";
import { createWaiting, type Waiting } from "./waiting.ts";

/** The calls of one operation and group, which can be merged. */
export interface Line<Item, Answer> {
  ask(item: Item, ask: Ask): Promise<Answer>;
  /** Fails all waiting callers. */
  close(failure: AwsFailure): void;
}

export interface LineOptions<Item, Answer> {
  readonly operation: Operation<Item, Answer>;
  readonly at: Place;
  readonly group: string;
  readonly lane: Lane;
  readonly clock: Clock;
  readonly onCall: (record: CallRecord) => void;
  /** Called when nothing waits and nothing is in flight. */
  readonly onEmpty: () => void;
}

/** Calls of a line in flight before its next batch waits until it is full; a full batch never waits. */
const SIDE_BY_SIDE = 2;
/** Default failures that may concern only one item of a batch. */
const SPLIT_ON: NonNullable<Operation<unknown, unknown>["splitOn"]> = ["invalid", "not-found", "conflict"];

const isFirstEffect = (one: { urgency(): Urgency }): boolean => {
  const { purpose, followsUp } = one.urgency();
  return purpose === "act" && followsUp !== true;
};

/**
 * Creates a line, which merges items that arrive while calls are in flight:
 *
 *     ask a ─▶ call [a] ─────────▶ a
 *     ask b ──▶ call [b] ──────────▶ b
 *     ask c, d ──(queued)────────▶ call [c, d] ✗ rejected as a whole ─▶ call [c] ✓ · call [d] ✗
 */
export function createLine<Item, Answer>(options: LineOptions<Item, Answer>): Line<Item, Answer> {
  const { operation, at, group, lane, clock } = options;
  const { keyOf, size, share } = operation;
  type One = Waiting<Item, Answer>;
  const queued = new Map<string, One>();
  const underWay = new Map<string, One>();
  const all = new Set<One>();
  const queue = createQueue<One>((one) => !queueHas(one));
  const flights = new Set<Requests>();
  /** When the oldest queued item arrived, or was left by the last batch. */
  let queuedAt = 0;
  /** The number of queued first effects. */
  let firstEffects = 0;
  let parts = 0;
  let asked = 0;

  const queueHas = (one: One): boolean => queued.get(one.key) === one;
  const enqueue = (one: One): void => {
    queued.set(one.key, one);
    queue.push(one.urgency(), one);
    if (isFirstEffect(one)) firstEffects++;
  };
  const dequeue = (one: One): void => {
    queued.delete(one.key);
    if (isFirstEffect(one)) firstEffects--;
  };
  const late = (): AwsFailure =>
    failed("timed-out", operation, "DeadlinePassed", "the deadline passed before AWS answered");

  /**
   * Whether the batch may be sent now. One that is not full waits for calls in flight, and longer if tokens are scarce.
   * Follow-ups do not make a batch with a first effect full, since more of these may share its token.
   */
  const mayLeave = (): boolean => {
    if ((firstEffects > 0 ? firstEffects : queued.size) >= size) return true;
    if (queued.size === 0 || flights.size >= SIDE_BY_SIDE) return false;
    const now = clock.now();
    // The clock may have been set back.
    queuedAt = Math.min(queuedAt, now);
    const at = queuedAt + lane.company();
    if (at <= now) return true;
    lane.look(at);
    return false;
  };

  const candidate: Candidate = {
    starts: true,
    urgency: () => (mayLeave() ? (queue.peek()?.urgency ?? null) : null),
    grant() {
      queuedAt = clock.now();
      const batch: One[] = [];
      for (let one = queue.pop(); one !== null; one = batch.length < size ? queue.pop() : null) {
        dequeue(one);
        underWay.set(one.key, one);
        batch.push(one);
      }
      void send(batch);
    },
  };
  lane.add(candidate);

  const forget = (one: One): void => {
    all.delete(one);
    if (queueHas(one)) dequeue(one);
    if (underWay.get(one.key) === one) underWay.delete(one.key);
  };

  const settle = (one: One, answer: Answer | AwsFailure): void => {
    forget(one);
    one.settle(answer);
  };

  /** Sends a batch. Never rejects: every item gets its result, or waits again in a half of the batch. */
  const send = async (batch: readonly One[]): Promise<void> => {
    const requests = createRequests({ ...options, batch });
    flights.add(requests);
    try {
      const items = batch.map(({ item }) => item);
      const answerOf = await operation.send({ at, group, items, request: requests.request });
      for (const one of batch) settle(one, answerOf(one.item));
    } catch (error) {
      const failure = classify(error, operation);
      const splits = batch.length > 1 && (operation.splitOn ?? SPLIT_ON).includes(failure.fields.kind);
      const middle = Math.ceil(batch.length / 2);
      if (splits) for (const part of [batch.slice(0, middle), batch.slice(middle)]) sendApart(part);
      else for (const one of batch) settle(one, failure);
    } finally {
      flights.delete(requests);
      lane.done();
      emptied();
    }
  };

  /** Queues a half of a rejected batch separately, since merged again it would be rejected again. */
  const sendApart = (part: readonly One[]): void => {
    parts++;
    const wanted = (): One[] => part.filter((one) => one.isWanted());
    const half: Candidate = {
      starts: true,
      urgency() {
        const left = wanted();
        if (left.length === 0) leave();
        return urgencyOf(left);
      },
      grant() {
        void send(wanted());
        leave();
      },
    };
    const leave = (): void => {
      parts--;
      lane.remove(half);
      emptied();
    };
    lane.add(half);
  };

  const emptied = (): void => {
    if (flights.size > 0 || parts > 0 || queued.size > 0) return;
    lane.remove(candidate);
    options.onEmpty();
  };

  return {
    ask(item, ask) {
      if (ask.deadline <= clock.now()) return Promise.reject(late());
      const key = share === "never" ? `${asked++}` : keyOf(item);
      const waits = queued.get(key);
      const flies = share === "in-flight" && ask.purpose !== "act" ? underWay.get(key) : undefined;
      const joined = waits ?? flies;
      if (joined?.isWanted()) {
        const [before, wasFirstEffect] = [joined.urgency(), isFirstEffect(joined)];
        const promise = joined.join(ask);
        if (joined === waits && joined.urgency() !== before) queue.push(joined.urgency(), joined);
        if (joined === waits) firstEffects += Number(isFirstEffect(joined)) - Number(wasFirstEffect);
        lane.look();
        return promise;
      }
      const one: One = createWaiting(item, key, clock, late, () => {
        forget(one);
        for (const requests of flights) requests.abandonIfUnwanted();
        emptied();
        lane.look();
      });
      const promise = one.join(ask);
      if (queued.size === 0) queuedAt = clock.now();
      all.add(one);
      enqueue(one);
      lane.look();
      return promise;
    },
    close(failure) {
      for (const one of [...all]) settle(one, failure);
      for (const requests of flights) requests.abandonIfUnwanted();
    },
  };
}
