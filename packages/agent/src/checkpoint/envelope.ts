import { createHash } from "node:crypto";
import { SpotkeeperError } from "../errors.ts";
import type { NoticeKind } from "../notice.ts";

/** What stands with the data. */
export interface Stamp {
  readonly name: string;
  /** Rises with each one that is written. */
  readonly sequence: number;
  /** Of the data, by the application's own count. */
  readonly version: number;
  readonly savedAt: string;
  /** Why the process stopped, and in more words. */
  readonly why: NoticeKind;
  readonly detail: string | null;
  /** What was still running when it was saved, and why it is not done: `name (phase): why`. */
  readonly running: readonly string[];
  readonly binary: boolean;
}

export interface Envelope {
  readonly stamp: Stamp;
  readonly data: Uint8Array;
  /** SHA-256 of stamp and data; it names this one checkpoint. */
  readonly sum: string;
}

/** The form of the file itself. A reader takes this one and those before. */
const FORMAT = 1;

/**
 * One line of JSON, then the data as it is:
 *
 *     {"spotkeeper":"checkpoint","format":1,"sum":"…","bytes":123,"stamp":{…}}
 */
export function seal(stamp: Stamp, data: Uint8Array): Uint8Array {
  const head = { spotkeeper: "checkpoint", format: FORMAT, sum: sumOf(stamp, data), bytes: data.length, stamp };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), data]);
}

export type Opened =
  | { readonly is: "good"; readonly envelope: Envelope }
  /** Cut off, changed, or not one of ours. */
  | { readonly is: "damaged" }
  /** Of a form that a later version writes. */
  | { readonly is: "newer"; readonly format: number };

export function open(bytes: Uint8Array): Opened {
  const end = bytes.indexOf(10);
  const head = end < 0 ? null : headOf(Buffer.from(bytes.subarray(0, end)).toString("utf8"));
  if (head === null) return { is: "damaged" };
  if (head.format > FORMAT) return { is: "newer", format: head.format };
  const data = bytes.subarray(end + 1);
  const whole = data.length === head.bytes && sumOf(head.stamp, data) === head.sum;
  return whole ? { is: "good", envelope: { stamp: head.stamp, data, sum: head.sum } } : { is: "damaged" };
}

interface Head {
  readonly format: number;
  readonly sum: string;
  readonly bytes: number;
  readonly stamp: Stamp;
}

function headOf(line: string): Head | null {
  try {
    const head = JSON.parse(line) as Head & { readonly spotkeeper: unknown };
    return head.spotkeeper === "checkpoint" && typeof head.format === "number" ? head : null;
  } catch {
    return null;
  }
}

const sumOf = (stamp: Stamp, data: Uint8Array): string =>
  createHash("sha256").update(JSON.stringify(stamp)).update("\n").update(data).digest("hex");

/** @throws SpotkeeperError `SK-AGENT-CHECKPOINT-DATA` for what JSON does not have */
export function encode(value: unknown): { readonly data: Uint8Array; readonly binary: boolean } {
  if (value instanceof Uint8Array) return { data: value, binary: true };
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) {
    throw new SpotkeeperError("SK-AGENT-CHECKPOINT-DATA", `A checkpoint wants JSON or bytes, and got ${typeof value}.`);
  }
  return { data: Buffer.from(text), binary: false };
}

export const decode = ({ stamp, data }: Envelope): unknown =>
  stamp.binary ? data : (JSON.parse(Buffer.from(data).toString("utf8")) as unknown);
