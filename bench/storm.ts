import { performance } from "node:perf_hooks";
import { loadConfig } from "@spotkeeper/controller";
import type { Outcome } from "../packages/cli/src/simulate/outcome.ts";
import { simulateStorm, type StormOptions } from "../packages/cli/src/simulate/storm.ts";
import type { Row } from "./support/row.ts";

export const name = "storm";

/** Runs `spotkeeper simulate`, on the virtual clock: everything except the real time is the same on any machine. */
export async function run(): Promise<readonly Row[]> {
  return [
    ...rows("1,000 warnings", await storm({ size: 1_000, mix: "warnings", buckets: 5 })),
    ...rows("15,000 in thirds", await storm({ size: 15_000, mix: "thirds", buckets: 5 })),
    ...(await oneAccount("all", 1)),
    ...(await oneAccount("half", 0.5)),
    ...(await oneAccount("nothing", 0)),
  ];
}

/**
 * Runs a storm in one account and region, so all calls share one set of request limits; reads of what the inventory
 * lacks count too.
 */
async function oneAccount(said: string, known: number): Promise<readonly Row[]> {
  const outcome = await storm({ size: 1_000, mix: "warnings", buckets: 1, known });
  return rows(`1,000 warnings in one account, of which the inventory knows ${said}`, outcome);
}

type Struck = Pick<StormOptions, "size" | "mix" | "buckets" | "known">;

function storm(struck: Struck): Promise<Outcome> {
  const { policy } = loadConfig(null, () => "");
  return simulateStorm({
    ...struck,
    clusters: 10,
    seed: 1,
    policy,
    overrides: policy.clusters,
    wall: () => performance.now(),
    onProgress: () => {},
  });
}

function rows(what: string, outcome: Outcome): readonly Row[] {
  const row = (figure: string, value: number | null, unit: string): Row[] =>
    value === null ? [] : [{ what: `${what}: ${figure}`, value, unit }];
  return [
    ...row("receipt to first action, p99", outcome.firstActionSeconds.p99, "s"),
    ...row("the floor that AWS's throttling allows, p99", outcome.firstActionFloorSeconds, "s"),
    ...row("drained before the deadline", (outcome.drainedBeforeDeadline ?? 0) * 100, "%"),
    ...row("least time to spare", outcome.marginSeconds.min, "s"),
    ...row("lost", outcome.lost, "instances"),
    ...row("duplicate effects", outcome.duplicateEffects, "effects"),
    ...row("failures inside the worker", outcome.failures, "failures"),
    ...row("calls to enrich", outcome.readCalls, "calls"),
    ...row("throttled calls", outcome.throttled, "calls"),
    ...row("simulated in", outcome.wallSeconds, "s of wall time"),
  ];
}
