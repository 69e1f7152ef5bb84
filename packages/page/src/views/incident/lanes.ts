import type { EntryView, StepView } from "@spotkeeper/controller";

/** The rows of the deadline axis, from the top. */
export const LANES = [
  "signals",
  "looking up",
  "load balancers",
  "ECS",
  "application",
  "hooks",
  "replacement",
  "people",
  "end",
] as const;
export type Lane = (typeof LANES)[number];

/** Which row a step is in, by the name of its responder; the first that fits. */
const RULES: readonly (readonly [RegExp, Lane])[] = [
  [/^look/, "looking up"],
  [/alert/, "people"],
  [/http-drain-hook|await-work|command/, "application"],
  [/heartbeat|lifecycle/, "hooks"],
  [/target|lattice|classic|discovery|hold-last/, "load balancers"],
  [/task|draining|set-active/, "ECS"],
  [/replac|serving|detach|gates|desired|on-demand|terminate|retained|release/, "replacement"],
];

export const laneOf = ({ responder }: Pick<StepView, "responder">): Lane =>
  RULES.find(([pattern]) => pattern.test(responder))?.[1] ?? "end";

export interface Bar {
  readonly id: string;
  readonly lane: Lane;
  readonly from: number;
  readonly to: number;
  /** `waits`: it changes nothing; `left`: it was abandoned or left out. */
  readonly shape: "acts" | "waits" | "left";
  /** Whether the time to the end depended on it. */
  readonly critical: boolean;
  readonly words: string;
}

/** Makes the bars of an incident's steps. Pure. */
export function barsOf(steps: readonly StepView[], drainedAt: number | null, now: number): readonly Bar[] {
  const path = criticalPath(steps, drainedAt);
  return steps.flatMap((step): Bar[] => {
    if (step.startedAt === null) return [];
    const from = Date.parse(step.startedAt);
    const to = step.settledAt === null ? now : Date.parse(step.settledAt);
    const end = step.state === "done" ? `${((to - from) / 1_000).toFixed(1)} s` : (step.reason ?? step.state);
    const left = step.state === "abandoned" || step.state === "skipped";
    return [
      {
        ...{ id: step.id, lane: laneOf(step), from, to },
        shape: left ? "left" : step.nature === "acts" ? "acts" : "waits",
        critical: path.has(step.id),
        words: `${step.words}: ${end}`,
      },
    ];
  });
}

/**
 * Returns the steps that draining waited for, one after another: the one that ended last before it was drained, then each
 * time the one that ended last of those that it came after.
 */
export function criticalPath(steps: readonly StepView[], drainedAt: number | null): ReadonlySet<string> {
  if (drainedAt === null) return new Set();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const settled = (step: StepView): number => (step.settledAt === null ? Infinity : Date.parse(step.settledAt));
  const latest = (some: readonly StepView[]): StepView | undefined =>
    some.filter((one) => settled(one) <= drainedAt).toSorted((a, b) => settled(b) - settled(a))[0];
  const path = new Set<string>();
  let at = latest(steps.filter((step) => step.state === "done" && laneOf(step) !== "people"));
  while (at !== undefined && !path.has(at.id)) {
    path.add(at.id);
    at = latest(at.after.flatMap((id) => byId.get(id) ?? []));
  }
  return path;
}

/** A stretch of the axis in which nothing happens, drawn short. */
export interface Fold {
  readonly from: number;
  readonly to: number;
}

export interface Scale {
  /** Returns the place of a time, 0 to 1. */
  readonly at: (time: number) => number;
  readonly folds: readonly Fold[];
}

/** Longer stretches without an event are folded. */
const LONGEST_GAP = 20_000;
/** What a folded stretch takes on the axis. */
const FOLDED = 6_000;

/** Makes a time axis from the first to the last event, in which long idle stretches are short. Pure. */
export function foldedScale(times: readonly number[]): Scale {
  const sorted = [...new Set(times)].toSorted((a, b) => a - b);
  const stops: { readonly time: number; readonly place: number }[] = [];
  const folds: Fold[] = [];
  let place = 0;
  for (const [n, time] of sorted.entries()) {
    const before = sorted[n - 1];
    if (before !== undefined) {
      const gap = time - before;
      if (gap > LONGEST_GAP) folds.push({ from: before, to: time });
      place += gap > LONGEST_GAP ? FOLDED : gap;
    }
    stops.push({ time, place });
  }
  const whole = Math.max(1, place);
  return {
    folds,
    at(time) {
      const [first] = stops;
      const last = stops.at(-1);
      if (first === undefined || last === undefined || time <= first.time) return 0;
      if (time >= last.time) return 1;
      const next = stops.findIndex((stop) => stop.time >= time);
      const [a, b] = [stops[next - 1] ?? first, stops[next] ?? last];
      const share = b.time === a.time ? 0 : (time - a.time) / (b.time - a.time);
      return (a.place + share * (b.place - a.place)) / whole;
    },
  };
}

/** Which row an entry of the journal is a dot in; null for entries that are bars already. */
export function dotLane({ kind }: Pick<EntryView, "kind">): Lane | null {
  switch (kind) {
    case "signal":
      return "signals";
    case "alert":
      return "people";
    case "outcome":
    case "state":
      return "end";
    case "planned":
    case "note":
      return "looking up";
    case "step":
      return null;
  }
}
