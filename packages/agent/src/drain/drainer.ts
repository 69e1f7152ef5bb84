import type { Emitter } from "../events.ts";
import type { Ms } from "../clock.ts";
import type { Heard, Notice } from "../notice.ts";
import type { Host } from "../options.ts";
import type { Keeps } from "./budgets.ts";
import { hibernates } from "./plan.ts";
import type { Registry } from "./registry.ts";
import type { PhaseReport, Report } from "./report.ts";
import { type DrainRun, runDrain } from "./run-drain.ts";

/** `asleep`: what hibernation leaves time for is done; the process is about to be frozen, and may wake up. */
export type DrainState = "running" | "draining" | "asleep" | "drained";

export interface Drainer {
  readonly state: () => DrainState;
  /** The reason of the drain that runs, or of the last one; null: all is well. */
  readonly reason: () => Notice | null;
  readonly phases: () => readonly PhaseReport[];
  /** Drains, once: asked again it gives the same promise, and the earlier end counts. Never rejects. */
  drain(heard: Heard): Promise<Report>;
  /** The notice is gone. Whether all was taken up again; if not, the drain goes on. */
  cancel(): Promise<boolean>;
}

/**
 * @param endOf the instant at which a drain that begins now is over
 * @param exit whether the process ends after a drain
 * @param keeps what `finish` keeps where time is short
 */
export function createDrainer(
  host: Host,
  registry: Registry,
  endOf: (heard: Heard) => Ms,
  emit: Emitter["emit"],
  exit: boolean,
  keeps?: Keeps,
): Drainer {
  let state: DrainState = "running";
  let reason: Notice | null = null;
  let run: DrainRun | null = null;
  let report: Promise<Report> | null = null;

  const start = async (heard: Heard): Promise<Report> => {
    state = "draining";
    reason = heard.notice;
    run = runDrain(host, heard, endOf(heard), registry, keeps, emit);
    emit("draining", reason);
    const result = await run.done;
    state = result.outcome === "cancelled" ? "running" : hibernates(result.reason) ? "asleep" : "drained";
    emit("drained", result);
    if (exit && state === "drained") host.process.exit(result.uncaught.length > 0 ? 1 : 0);
    return result;
  };

  return {
    state: () => state,
    reason: () => (state === "running" ? null : reason),
    phases: () => run?.phases() ?? [],
    drain(heard) {
      if (!report || state === "running") report = start(heard);
      // What hibernation saved is no end: whatever comes next (a stop after all) has the whole way to go.
      else if (hibernates(reason) && !hibernates(heard.notice)) report = report.then(() => start(heard));
      else run?.shorten(endOf(heard));
      return report;
    },
    async cancel() {
      const resumed = (await run?.cancel()) ?? false;
      if (resumed && state !== "draining") state = "running";
      return resumed;
    },
  };
}
