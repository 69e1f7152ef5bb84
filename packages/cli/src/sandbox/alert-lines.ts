import { printable } from "../table.ts";
import type { Line } from "./paint.ts";
import { WIDE } from "./sizes.ts";

/** An alert, as the console channel sent it. */
export interface SentAlert {
  /** Simulated epoch milliseconds. */
  readonly at: number;
  /** "12:00:00 CRITICAL receipt: 3 of m5.large in us-east-1b are reclaimed" */
  readonly head: string;
  /** "checkout keeps 1 of 4 tasks, below its minimum of 4" */
  readonly stakes: readonly string[];
}

/** The warning time of AWS: after it, what an alert called at stake is gone or saved. */
const AT_STAKE = 120_000;

/** Parses the text of an alert that the console channel writes. */
export function parseAlert(text: string, at: number): SentAlert {
  const [head = "", ...rest] = text.split("\n");
  return { at, head, stakes: rest.flatMap((line) => /^\s*at stake: (.+)$/.exec(line)?.[1] ?? []) };
}

/**
 * Renders alerts in at most `most` lines: the first line of each, and below it what is at stake. While something is at
 * stake its alert comes first, so that calmer ones do not push it away.
 *
 * @param all newest first
 */
export function alertLines(all: readonly SentAlert[], now: number, width: number, most: number): Line[] {
  const rank = (one: SentAlert): number =>
    one.stakes.length === 0 || now - one.at > AT_STAKE ? 0 : isCritical(one) ? 2 : 1;
  const lines = all
    .toSorted((one, other) => rank(other) - rank(one))
    .flatMap((one): Line[] => {
      const tone = isCritical(one) ? "bad" : "plain";
      const head: Line = [[`  ${printable(brief(one.head, width))}`, tone]];
      const stakes = one.stakes.map((line) => brief(line, width)).join("; ");
      return stakes === "" ? [head] : [head, [[`    ${printable(stakes)}`, tone]]];
    });
  return lines.slice(0, most);
}

const isCritical = ({ head }: SentAlert): boolean => / CRITICAL /.test(head);

/** On a narrow screen what is in brackets (instance types, zones) is dropped first. */
const brief = (text: string, width: number): string => (width < WIDE ? text.replaceAll(/ \([^()]*\)/g, "") : text);
