import type { Clock } from "../clock.ts";
import type { Drainable, DrainContext } from "../drain/phases.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Notice } from "../notice.ts";
import { decode, encode, seal, type Stamp } from "./envelope.ts";
import { checked, newest, slotOf } from "./slots.ts";
import type { CheckpointStore } from "./store.ts";

export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Of the data, by the application's own count; 1. A reader refuses one that is newer than it knows. */
  readonly version?: number;
  /** The most that is saved, in bytes; 64 MiB. */
  readonly maxBytes?: number;
}

/** What takes part in a drain, and can save at other times too. */
export interface Checkpoint extends Drainable {
  /** Saves now; the reason is that the application asked. */
  saveNow(): Promise<void>;
}

/** What `collect` is given in a drain; null when the application asks. */
export type Collect = (context: DrainContext | null) => unknown;

const MOST = 64 * 2 ** 20;

export function checkpointOn(
  clock: Pick<Clock, "wall">,
  name: string,
  collect: Collect,
  { store, version = 1, maxBytes = MOST }: CheckpointOptions,
): Checkpoint {
  checked(name);
  let last: Promise<unknown> = Promise.resolve();

  const save = async (context: DrainContext | null): Promise<number> => {
    const { data, binary } = encode(await collect(context));
    if (data.length > maxBytes) {
      throw new SpotkeeperError(
        "SK-AGENT-CHECKPOINT-TOO-LARGE",
        `Checkpoint ${name} has ${data.length} bytes, and at most ${maxBytes} are saved (maxBytes). The one before stays.`,
      );
    }
    const before = await sequenceOf(store, name);
    const stamp: Stamp = {
      name,
      sequence: before + 1,
      version,
      savedAt: new Date(clock.wall()).toISOString(),
      why: context?.reason.kind ?? "request",
      detail: context?.reason.detail ?? null,
      running: context?.unfinished ?? [],
      binary,
    };
    await store.write(slotOf(name, stamp.sequence), seal(stamp, data));
    return data.length;
  };
  /** One after the other: two that are written at once could take the same place. */
  const inTurn = (context: DrainContext | null): Promise<number> => {
    const mine = last.then(() => save(context));
    last = mine.catch(() => {});
    return mine;
  };

  return {
    save: async (context) => context.note(`${await inTurn(context)} bytes`),
    async saveNow() {
      await inTurn(null);
    },
  };
}

/** What cannot be read any longer is no reason not to save; what cannot be asked is. */
async function sequenceOf(store: CheckpointStore, name: string): Promise<number> {
  try {
    return (await newest(store, name))?.stamp.sequence ?? 0;
  } catch (error) {
    if (error instanceof SpotkeeperError && error.code === "SK-AGENT-CHECKPOINT-DAMAGED") return 0;
    throw error;
  }
}

export interface RestoreOptions extends Pick<CheckpointOptions, "store" | "version"> {
  /** Each checkpoint is given out once, whoever asks and however often; false. */
  readonly once?: boolean;
}

/** A checkpoint as it was saved. */
export interface Restored {
  /** What `collect` gave: JSON, or bytes. */
  readonly data: unknown;
  readonly version: number;
  readonly savedAt: string;
  /** Why the process stopped. */
  readonly why: Notice["kind"];
  readonly detail: string | null;
  /** What was still running then, and why it is not done: `name (phase): why`. */
  readonly running: readonly string[];
}

/**
 * The newest checkpoint of that name; null if there is none, or with `once` if it was given out before.
 *
 * @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NEWER`, `SK-AGENT-CHECKPOINT-DAMAGED`, `SK-AGENT-CHECKPOINT-NAME`, and
 * whatever the store throws
 */
export async function restore(
  name: string,
  { store, version = 1, once = false }: RestoreOptions,
): Promise<Restored | null> {
  const envelope = await newest(store, checked(name));
  if (envelope === null) return null;
  const { stamp, sum } = envelope;
  if (stamp.version > version) {
    throw new SpotkeeperError(
      "SK-AGENT-CHECKPOINT-NEWER",
      `Checkpoint ${name} has version ${stamp.version} of its data, and this application knows ${version}. Start the later one, or remove it.`,
    );
  }
  // Asked last: what cannot be used is not used up.
  const data = decode(envelope);
  if (once && !(await store.claim(`${name}.${sum.slice(0, 32)}.taken`))) return null;
  const { savedAt, why, detail, running } = stamp;
  return { data, version: stamp.version, savedAt, why, detail, running };
}
