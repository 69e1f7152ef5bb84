import type { Clock } from "../clock.ts";
import type { Drainable, DrainContext } from "../drain/phases.ts";
import { SpotkeeperError } from "../errors.ts";
import type { Notice } from "../notice.ts";
import { decode, encode, seal, type Stamp } from "./envelope.ts";
import { checked, newest, slotOf } from "./slots.ts";
import type { CheckpointStore } from "./store.ts";

export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** The version of the data, counted by the application; default 1. `restore` refuses a newer version. */
  readonly version?: number;
  /** The largest checkpoint, in bytes; default 64 MiB. */
  readonly maxBytes?: number;
}

/** A checkpoint saves in a drain, and can save at other times too. */
export interface Checkpoint extends Drainable {
  /** Saves now, with the reason `request`. */
  saveNow(): Promise<void>;
}

/** Returns the data to save: JSON or bytes. `context` is null if the application called `saveNow`. */
export type Collect = (context: DrainContext | null) => unknown;

const MAX_BYTES = 64 * 2 ** 20;

export function checkpointOn(
  clock: Pick<Clock, "wall">,
  name: string,
  collect: Collect,
  { store, version = 1, maxBytes = MAX_BYTES }: CheckpointOptions,
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
  /** Runs saves one after the other: two at once could write to the same slot. */
  const saveInTurn = (context: DrainContext | null): Promise<number> => {
    const mine = last.then(() => save(context));
    last = mine.catch(() => {});
    return mine;
  };

  return {
    save: async (context) => context.note(`${await saveInTurn(context)} bytes`),
    async saveNow() {
      await saveInTurn(null);
    },
  };
}

/** Returns the newest sequence number. A damaged checkpoint does not stop a save; a store that does not answer does. */
async function sequenceOf(store: CheckpointStore, name: string): Promise<number> {
  try {
    return (await newest(store, name))?.stamp.sequence ?? 0;
  } catch (error) {
    if (error instanceof SpotkeeperError && error.code === "SK-AGENT-CHECKPOINT-DAMAGED") return 0;
    throw error;
  }
}

export interface RestoreOptions extends Pick<CheckpointOptions, "store" | "version"> {
  /** Return each checkpoint only once, across all callers; default false. */
  readonly once?: boolean;
}

/** A restored checkpoint. */
export interface Restored {
  /** The data that `collect` returned: JSON or bytes. */
  readonly data: unknown;
  readonly version: number;
  readonly savedAt: string;
  /** Why the process stopped. */
  readonly why: Notice["kind"];
  readonly detail: string | null;
  /** The work that was not finished then, and why: `name (phase): why`. */
  readonly running: readonly string[];
}

/**
 * Returns the newest checkpoint of that name. Returns null if there is none, or if `once` is set and it was returned
 * before.
 *
 * @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NEWER`, `SK-AGENT-CHECKPOINT-DAMAGED`, `SK-AGENT-CHECKPOINT-NAME`, and
 * any error of the store
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
  // Claim last: a checkpoint that cannot be decoded must not count as returned.
  const data = decode(envelope);
  if (once && !(await store.claim(`${name}.${sum.slice(0, 32)}.taken`))) return null;
  const { savedAt, why, detail, running } = stamp;
  return { data, version: stamp.version, savedAt, why, detail, running };
}
