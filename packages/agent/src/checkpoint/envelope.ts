import { createHash } from "node:crypto";
import { SpotkeeperError } from "../errors.ts";
import type { NoticeKind } from "../notice.ts";

/** The facts stored beside the data. */
export interface Stamp {
  readonly name: string;
  /** Grows by 1 with each save. */
  readonly sequence: number;
  /** The version of the data, counted by the application. */
  readonly version: number;
  readonly savedAt: string;
  /** Why the process stopped; `detail` says more. */
  readonly why: NoticeKind;
  readonly detail: string | null;
  /** The work that was not finished when the data were saved, and why: `name (phase): why`. */
  readonly running: readonly string[];
  readonly binary: boolean;
}

export interface Envelope {
  readonly stamp: Stamp;
  readonly data: Uint8Array;
  /** SHA-256 of stamp and data; it identifies this checkpoint. */
  readonly sum: string;
}

/** The version of the file format. `open` reads this version and older ones. */
const FORMAT = 1;

/**
 * Writes one line of JSON, then the data:
 *
 *     {"spotkeeper":"checkpoint","format":1,"sum":"…","bytes":123,"stamp":{…}}
 */
export function seal(stamp: Stamp, data: Uint8Array): Uint8Array {
  const head = { spotkeeper: "checkpoint", format: FORMAT, sum: sumOf(stamp, data), bytes: data.length, stamp };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), data]);
}

export type Opened =
  | { readonly is: "good"; readonly envelope: Envelope }
  /** Truncated, changed, or written by another program. */
  | { readonly is: "damaged" }
  /** Written in a newer format. */
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

/** @throws SpotkeeperError `SK-AGENT-CHECKPOINT-DATA` for a value that JSON cannot express */
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
