import { SpotkeeperError } from "../errors.ts";
import { type Envelope, open } from "./envelope.ts";
import type { CheckpointStore } from "./store.ts";

/** Two places that are written in turn: while one is, the last good checkpoint stands in the other. */
const slots = ["a", "b"] as const;

export const slotOf = (name: string, sequence: number): string => `${name}.${slots[sequence % 2] ?? "a"}`;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NAME`: it is a file's name and an object's key */
export function checked(name: string): string {
  if (NAME.test(name)) return name;
  const wants = "wants up to 100 letters, digits, dots, dashes and underscores, and begins with a letter or digit";
  throw new SpotkeeperError("SK-AGENT-CHECKPOINT-NAME", `The name of a checkpoint ${wants}; got "${name}".`);
}

/**
 * The newest checkpoint that is whole; null if there is none at all.
 *
 * @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NEWER`, `SK-AGENT-CHECKPOINT-DAMAGED` where something is there and nothing
 * of it can be read
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
