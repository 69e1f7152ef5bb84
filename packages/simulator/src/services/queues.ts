/**
 * The model of SQS standard queues; sqs.ts has the API.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
 */
import type { Clock, Ms } from "../operation.ts";
import { uuidFor } from "../seeded-draw.ts";

/** In SQS's own shape, so that it is returned unchanged. */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
};

export interface QueueSettings {
  readonly visibilityTimeout: Ms;
  readonly delay: Ms;
  readonly receiveWait: Ms;
  readonly retention: Ms;
  /** After this many receives, a message moves to the dead-letter queue (its name, in the same account and region). */
  readonly redrive: { readonly maxReceiveCount: number; readonly deadLetterQueue: string } | null;
}

/** AWS's defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const DEFAULT_QUEUE_SETTINGS: QueueSettings = {
  visibilityTimeout: 30_000,
  delay: 0,
  receiveWait: 0,
  retention: 4 * 86_400_000,
  redrive: null,
};

/**
 * The longest time that a message can be hidden, counted from its receive:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
const LONGEST_HIDDEN: Ms = 43_200_000;

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: { readonly [name: string]: MessageAttribute };
  readonly sentAt: Ms;
  readonly receiveCount: number;
  readonly firstReceivedAt: Ms | null;
  readonly receiptHandle: string;
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/**
 * The state of a receipt handle. `stale`: replaced by a later receive; `too-long`: the message would be hidden for more
 * than 12 hours.
 */
export type HandleState = "in-flight" | "stale" | "visible" | "gone" | "invalid" | "too-long";

export interface Queue {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly settings: QueueSettings;
  send(body: string, options?: SendOptions): string;
  /** Returns up to `max` messages; waits up to `wait` for the first one, or until `signal` is aborted. */
  receive(options: ReceiveOptions): Promise<readonly QueuedMessage[]>;
  remove(receiptHandle: string): HandleState;
  changeVisibility(receiptHandle: string, timeout: Ms): HandleState;
  depth(): QueueDepth;
  /** Returns every message that is not deleted, in any state: for tests and status pages. */
  peek(): readonly QueuedMessage[];
}

export interface SendOptions {
  readonly attributes?: { readonly [name: string]: MessageAttribute };
  readonly delay?: Ms;
  /** Kept when a message moves to the dead-letter queue. */
  readonly moved?: { readonly id: string; readonly sentAt: Ms };
}

export interface ReceiveOptions {
  readonly max: number;
  readonly wait: Ms;
  readonly visibilityTimeout?: Ms;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Entry {
  readonly id: string;
  readonly body: string;
  readonly attributes: { readonly [name: string]: MessageAttribute };
  readonly sentAt: Ms;
  state: "visible" | "in-flight" | "delayed" | "gone";
  receiveCount: number;
  firstReceivedAt: Ms | null;
  receivedAt: Ms;
  receiptHandle: string;
  cancelTimer: () => void;
}

export interface Queues {
  create(account: string, region: string, name: string, settings?: Partial<QueueSettings>): Queue;
  get(account: string, region: string, name: string): Queue | undefined;
  /** Sends to the queue with this ARN. Returns false if there is none. */
  sendTo(queueArn: string, body: string): boolean;
  all(): readonly Queue[];
}

/** Creates the queues of all accounts and regions. Ids depend on the seed and the order of sends. */
export function createQueues(clock: Clock, seed: number): Queues {
  const queues = new Map<string, Queue>();
  const get: Queues["get"] = (account, region, name) => queues.get(`${account}:${region}:${name}`);
  return {
    get,
    all: () => [...queues.values()],
    sendTo(queueArn, body) {
      const [, , , region = "", account = "", name = ""] = queueArn.split(":");
      const queue = get(account, region, name);
      queue?.send(body);
      return queue !== undefined;
    },
    create(account, region, name, settings = {}) {
      const known = get(account, region, name);
      if (known !== undefined) return known;
      const toDeadLetters = (dead: string, entry: Entry): void => {
        const { body, attributes, id, sentAt } = entry;
        get(account, region, dead)?.send(body, { attributes, moved: { id, sentAt } });
      };
      const place = { account, region, name, settings: { ...DEFAULT_QUEUE_SETTINGS, ...settings } };
      const queue = createQueue(clock, seed, place, toDeadLetters);
      queues.set(`${account}:${region}:${name}`, queue);
      return queue;
    },
  };
}

type Place = Pick<Queue, "account" | "region" | "name" | "settings">;

function createQueue(
  clock: Clock,
  seed: number,
  place: Place,
  toDeadLetters: (queue: string, entry: Entry) => void,
): Queue {
  const { settings } = place;
  /** All messages that are not deleted, by id. */
  const entries = new Map<string, Entry>();
  /** In the order in which they became visible. */
  const visible = new Map<string, Entry>();
  const waiters = new Set<AbortController>();
  let sent = 0;
  let inFlight = 0;
  let delayed = 0;

  const leave = (entry: Entry): void => {
    entry.cancelTimer();
    if (entry.state === "visible") visible.delete(entry.id);
    if (entry.state === "in-flight") inFlight--;
    if (entry.state === "delayed") delayed--;
  };

  const show = (entry: Entry): void => {
    leave(entry);
    entry.state = "visible";
    visible.set(entry.id, entry);
    for (const waiter of waiters) waiter.abort();
  };

  const drop = (entry: Entry): void => {
    leave(entry);
    entry.state = "gone";
    entries.delete(entry.id);
  };

  const hide = (entry: Entry, state: "in-flight" | "delayed", until: Ms): void => {
    leave(entry);
    entry.state = state;
    if (state === "in-flight") inFlight++;
    else delayed++;
    entry.cancelTimer = clock.setTimer(until, () => show(entry));
  };

  const takeOne = (entry: Entry, timeout: Ms): QueuedMessage | null => {
    if (clock.now() - entry.sentAt >= settings.retention) {
      drop(entry);
      return null;
    }
    if (settings.redrive !== null && entry.receiveCount >= settings.redrive.maxReceiveCount) {
      drop(entry);
      toDeadLetters(settings.redrive.deadLetterQueue, entry);
      return null;
    }
    entry.receiveCount++;
    entry.firstReceivedAt ??= clock.now();
    entry.receivedAt = clock.now();
    entry.receiptHandle = `${entry.id}#${entry.receiveCount}`;
    if (timeout > 0) hide(entry, "in-flight", clock.now() + timeout);
    else show(entry);
    return { ...entry };
  };

  const take = (max: number, timeout: Ms): QueuedMessage[] => {
    const taken: QueuedMessage[] = [];
    for (const entry of [...firstOf(visible.values(), max)]) {
      const message = takeOne(entry, timeout);
      if (message !== null) taken.push(message);
    }
    return taken;
  };

  const find = (receiptHandle: string): { readonly entry: Entry | null; readonly state: HandleState } => {
    const [id, count] = receiptHandle.split("#");
    if (id === undefined || count === undefined) return { entry: null, state: "invalid" };
    const entry = entries.get(id);
    if (entry === undefined) return { entry: null, state: "gone" };
    if (entry.receiptHandle !== receiptHandle) return { entry, state: "stale" };
    return { entry, state: entry.state === "in-flight" ? "in-flight" : "visible" };
  };

  return {
    ...place,
    send(body, options = {}) {
      sent++;
      const id = options.moved?.id ?? uuidFor(seed, `${place.account}:${place.region}:${place.name}:${sent}`);
      const entry: Entry = {
        id,
        body,
        attributes: options.attributes ?? {},
        sentAt: options.moved?.sentAt ?? clock.now(),
        state: "gone",
        receiveCount: 0,
        firstReceivedAt: null,
        receivedAt: 0,
        receiptHandle: "",
        cancelTimer: () => undefined,
      };
      entries.set(id, entry);
      const delay = options.delay ?? settings.delay;
      if (delay > 0) hide(entry, "delayed", clock.now() + delay);
      else show(entry);
      return id;
    },

    async receive({ max, wait, visibilityTimeout, clock: callClock, signal }) {
      const timeout = visibilityTimeout ?? settings.visibilityTimeout;
      const until = clock.now() + wait;
      for (;;) {
        // Give nothing to a caller that has gone, so that no message is hidden for it.
        if (signal.aborted) return [];
        const taken = take(max, timeout);
        const left = until - clock.now();
        if (taken.length > 0 || left <= 0) return taken;
        const waiter = new AbortController();
        waiters.add(waiter);
        try {
          await callClock.sleep(left, AbortSignal.any([signal, waiter.signal]));
        } catch (error) {
          if (!signal.aborted && !waiter.signal.aborted) throw error;
        } finally {
          waiters.delete(waiter);
        }
      }
    },

    remove(receiptHandle) {
      const { entry, state } = find(receiptHandle);
      // With an old handle "the message might not be deleted"; here it is not.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
      if (entry !== null && state !== "stale") drop(entry);
      return state;
    },

    changeVisibility(receiptHandle, timeout) {
      const { entry, state } = find(receiptHandle);
      if (entry === null || state !== "in-flight") return state;
      if (clock.now() + timeout - entry.receivedAt > LONGEST_HIDDEN) return "too-long";
      if (timeout > 0) hide(entry, "in-flight", clock.now() + timeout);
      else show(entry);
      return state;
    },

    depth: () => ({ visible: visible.size, inFlight, delayed }),
    peek: () => [...entries.values()].map((entry) => ({ ...entry })),
  };
}

function* firstOf<T>(items: Iterable<T>, max: number): Generator<T> {
  let left = max;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}
