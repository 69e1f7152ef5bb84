import { SpotkeeperError } from "../errors.ts";
import { type Envelope, open } from "./envelope.ts";
import type { CheckpointStore } from "./store.ts";

/** Two slots that are written in turn: while one is written, the other holds the last good checkpoint. */
const slots = ["a", "b"] as const;

export const slotOf = (name: string, sequence: number): string => `${name}.${slots[sequence % 2] ?? "a"}`;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NAME` if the name cannot be a file name and an object key */
export function checked(name: string): string {
  if (NAME.test(name)) return name;
  const wants = "wants up to 100 letters, digits, dots, dashes and underscores, and begins with a letter or digit";
  throw new SpotkeeperError("SK-AGENT-CHECKPOINT-NAME", `The name of a checkpoint ${wants}; got "${name}".`);
}

/**
 * Returns the newest complete checkpoint, or null if there is no checkpoint at all.
 *
 * @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NEWER`; `SK-AGENT-CHECKPOINT-DAMAGED` if there are checkpoints and none
 * is readable
 */
export async function newest(store: CheckpointStore, name: string): Promise<Envelope | null> {
  const found = await Promise.all(slots.map((slot) => store.read(`${name}.${slot}`)));
  const opened = found.filter((bytes) => bytes !== null).map(open);
  const newer = opened.find(({ is }) => is === "newer");
  if (newer?.is === "newer") {
    throw new SpotkeeperError(
      "SK-AGENT-CHECKPOINT-NEWER",
      `Checkpoint ${name} has form ${newer.format}, which a later version of @spotkeeper/agent wrote. Use that version, or remove it.`,
    );
  }
  const good = opened.flatMap((one) => (one.is === "good" ? [one.envelope] : []));
  const [best] = good.toSorted((one, other) => other.stamp.sequence - one.stamp.sequence);
  if (best !== undefined) return best;
  if (opened.length === 0) return null;
  throw new SpotkeeperError(
    "SK-AGENT-CHECKPOINT-DAMAGED",
    `Checkpoint ${name} is there, and nothing of it is whole. Move it away to start without it.`,
  );
}
