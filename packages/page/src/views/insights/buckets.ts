import type { PanelView } from "@spotkeeper/controller";
import { OUTCOME_STATE, OUTCOME_WORDS, type State } from "../../ui/state.ts";

/** One column over time. */
export interface Stack {
  readonly label: string;
  readonly parts: readonly { readonly name: string; readonly state: State; readonly count: number }[];
}

/** From the bottom of a column. */
const ORDER: readonly State[] = ["drained", "replaced", "draining", "quiet", "unknown", "doomed"];

/** Makes one stack for each bucket of the range, also for empty ones. Pure. */
export function stacksOf(panel: PanelView): readonly Stack[] {
  return bucketsOf(panel).map((at) => {
    const parts = panel.marks.flatMap(({ at: when, name, count }) => {
      if (when !== at) return [];
      const outcome = (name ?? "unclassified") as keyof typeof OUTCOME_STATE;
      return [{ name: OUTCOME_WORDS[outcome], state: OUTCOME_STATE[outcome], count }];
    });
    return {
      label: labelOf(at, panel.bucket),
      parts: parts.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)),
    };
  });
}

/** Returns the begins of all buckets of the panel's range, in UTC. */
export function bucketsOf({ from, to, bucket }: Pick<PanelView, "from" | "to" | "bucket">): readonly string[] {
  if (bucket === null) return [];
  const all: string[] = [];
  const end = Date.parse(to);
  for (
    let at = startOf(new Date(from), bucket);
    at.getTime() < end && all.length < MOST_BUCKETS;
    at = after(at, bucket)
  )
    all.push(at.toISOString());
  return all;
}

/** The API chooses the bucket so that there are far fewer. */
const MOST_BUCKETS = 2_000;
const DAY = 86_400_000;

/** Returns the begin of the bucket with a time. Weeks begin on Monday. */
function startOf(at: Date, bucket: NonNullable<PanelView["bucket"]>): Date {
  const [year, month, day, hour] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()];
  switch (bucket) {
    case "hour":
      return new Date(Date.UTC(year, month, day, hour));
    case "day":
      return new Date(Date.UTC(year, month, day));
    case "week":
      return new Date(Date.UTC(year, month, day) - ((at.getUTCDay() + 6) % 7) * DAY);
    case "month":
      return new Date(Date.UTC(year, month));
    case "year":
      return new Date(Date.UTC(year, 0));
  }
}

function after(at: Date, bucket: NonNullable<PanelView["bucket"]>): Date {
  const [year, month, day, hour] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()];
  switch (bucket) {
    case "hour":
      return new Date(Date.UTC(year, month, day, hour + 1));
    case "day":
      return new Date(Date.UTC(year, month, day + 1));
    case "week":
      return new Date(Date.UTC(year, month, day + 7));
    case "month":
      return new Date(Date.UTC(year, month + 1));
    case "year":
      return new Date(Date.UTC(year + 1, 0));
  }
}

export function labelOf(at: string, bucket: PanelView["bucket"]): string {
  switch (bucket) {
    case "hour":
      return `${at.slice(5, 10)} ${at.slice(11, 13)}h`;
    case "month":
      return at.slice(0, 7);
    case "year":
      return at.slice(0, 4);
    case "day":
    case "week":
    case null:
      return at.slice(0, 10);
  }
}
