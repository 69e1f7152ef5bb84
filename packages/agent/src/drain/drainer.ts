import type { Ms } from "../clock.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import type { Emitter } from "../events.ts";
import { type Heard, iso, type Notice } from "../notice.ts";
import type { Host } from "../options.ts";
import type { Keeps } from "./budgets.ts";
import { createPassage } from "./passage.ts";
import { hibernates, type Plan } from "./plan.ts";
import type { Registry } from "./registry.ts";
import type { PhaseReport, Report } from "./report.ts";

/** `asleep`: what hibernation leaves time for is done; the process is about to be frozen, and may wake up. */
export type DrainState = "running" | "draining" | "asleep" | "drained";

export interface Drainer {
  readonly state: () => DrainState;
  /** The reason of the drain that runs, or of the last one; null: all is well. */
  readonly reason: () => Notice | null;
  /** Those of the drain that runs, or of the last one, all of them; none before the first. */
  readonly phases: () => readonly PhaseReport[];
  /** Drains, once: asked again it gives the same promise, and the earlier end counts. Never rejects. */
  drain(heard: Heard): Promise<Report>;
  /** It is gone again. Whether all was taken up again for that; if not, there is more to drain for, or no way back. */
  withdraw(heard: Heard): Promise<boolean>;
}

/** Something to drain for, and when that is to be over. */
interface Due extends Heard {
  readonly end: Ms;
}

/** What is graver is drained for in place of what is less: a drill gives way at once, hibernation is over soon. */
const gravity = ({ notice }: Heard): number => (notice.kind === "drill" ? 0 : hibernates(notice) ? 1 : 2);

/**
 * Goes through the phases for what is due: the notices that stand, and what was asked for. Whatever comes or goes only
 * changes what is due, and pokes; one loop looks at that and does what is left to do.
 *
 * @param exit whether the process ends after a drain
 * @param keeps what `finish` keeps where time is short
 */
export const createDrainer = (
  host: Host,
  registry: Registry,
  endOf: Plan,
  emit: Emitter["emit"],
  exit: boolean,
  keeps?: Keeps,
): Drainer => {
  const { clock, process } = host;
  let state: DrainState = "running";
  let due: readonly Due[] = [];
  /** What the drain that runs, or was the last, is for: what it began with, and what joined it. */
  let its: Due[] = [];
  let grave = 0;
  let reason: Notice;
  let report: Promise<Report> | undefined;
  let active = false;
  /** The drain ends early, since nothing is due any longer, or what is graver: whether all is taken up again. */
  let broken: Promise<boolean> | undefined;

  const graver = (one: Due): boolean => gravity(one) > grave;
  /** Whether something is due that is not drained for yet. */
  const comes = (): boolean => due.some((one) => !its.includes(one));
  /** The nearest of those that the drain is for. Hibernation's two seconds are no bound for what is graver. */
  const nearest = (what: "end" | "deadline"): Ms =>
    Math.min(...its.map((one) => (gravity(one) < grave ? Infinity : one[what])));
  const passage = createPassage(host, registry, emit, () => nearest("end"), keeps);
  const { unfinished } = passage;

  const breakOff = async (): Promise<boolean> => {
    await passage.breakOff();
    const resumed = due.length === 0 && (await passage.goBack());
    if (resumed && due.length === 0) state = "running";
    return resumed;
  };
  const begin = async (first: Due): Promise<void> => {
    // Where not all could be taken up again, nobody knows what still works, and some of it does: all of it stops anew.
    if (due.length === 0) due = [first];
    its = [...due];
    broken = undefined;
    await passage.go(reason);
  };
  const drainOnce = async (): Promise<Report> => {
    const began = clock.now();
    const startedAt = iso(clock.wall());
    const uncaught: string[] = [];
    const hear = (error: unknown): void => void uncaught.push(messageOf(error));
    let resumed: boolean | undefined;
    const [first] = due.toSorted((one, other) => gravity(other) - gravity(one)) as [Due];
    grave = gravity(first);
    reason = first.notice;
    state = "draining";
    emit("draining", reason);
    // Promises whose rejection nobody handles come here too (https://nodejs.org/api/cli.html#--unhandled-rejectionsmode).
    process.on("uncaughtException", hear);
    do {
      await begin(first);
      resumed = await broken;
    } while (resumed === false && !due.some(graver));
    process.off("uncaughtException", hear);
    const deadline = nearest("deadline");
    const undone = [...unfinished, ...uncaught];
    const result: Report = {
      outcome: broken ? "cancelled" : undone.length > 0 ? "cut-off" : "drained",
      reason,
      startedAt,
      ms: clock.now() - began,
      margin: deadline < Infinity ? deadline - clock.now() : null,
      phases: passage.progress().filter(({ state }) => state === "done"),
      uncaught,
    };
    // A drill is over with its drain, also where that gave way; one of hibernation is to be woken from.
    due = due.filter(({ notice }) => notice.kind !== "drill" || hibernates(notice));
    if (!broken) state = hibernates(reason) ? "asleep" : "drained";
    emit("drained", result);
    if (result.outcome === "cut-off")
      emit("trouble", new SpotkeeperError("SK-AGENT-DRAIN", `Not all was done: ${undone.join("; ")}.`));
    // A turn later, so that whoever asked is answered, and warnings are written.
    if (exit && state === "drained") clock.setTimer(clock.now(), () => host.process.exit(uncaught.length && 1), true);
    return result;
  };
  /** Drains for what is due, until nothing is that has not been drained for. */
  const go = async (): Promise<Report> => {
    let last: Report | undefined;
    active = true;
    // Nothing begins before the caller has what it asked for.
    await Promise.resolve();
    do {
      if (due.length > 0 && !broken) last = await drainOnce();
      await broken;
      broken = undefined;
    } while (comes());
    active = false;
    return last as Report;
  };

  return {
    state: () => (comes() ? "draining" : state),
    reason: () => (state === "running" ? null : reason),
    phases: passage.progress,
    drain(heard) {
      const one = { ...heard, end: endOf(heard) };
      // Nobody tries out what happens for real right now.
      if (gravity(one) > 0 || !due.some(gravity)) {
        due = [...due, one];
        // What has ended for good is not gone through once more.
        const joins = !broken && (state === "drained" ? grave > 0 : state === "draining" && !graver(one));
        if (joins) {
          its.push(one);
          passage.hurry();
        } else if (!active) report = go();
        else if (state === "draining" && !grave) broken ??= breakOff();
      }
      return report as Promise<Report>;
    },
    async withdraw({ notice }) {
      const rest = due.filter((one) => one.notice !== notice);
      if (rest.length === due.length || (rest.length === 0 && !passage.canGoBack())) return false;
      due = rest;
      if (rest.length > 0) return false;
      broken ??= breakOff();
      if (!active) void go();
      return broken;
    },
  };
};
