import type { Ms } from "../../../src/clock.ts";
import { createDrainer } from "../../../src/drain/drainer.ts";
import type { Drainable, DrainHandler } from "../../../src/drain/phases.ts";
import { createPlan } from "../../../src/drain/plan.ts";
import { createRegistry } from "../../../src/drain/registry.ts";
import type { Report } from "../../../src/drain/report.ts";
import type { Emitter } from "../../../src/events.ts";
import { createNotices } from "../../../src/notices.ts";
import type { Heard, Notice } from "../../../src/notice.ts";
import { fakeHost } from "../../support/host.ts";

export const notice = (kind: Notice["kind"], action: Notice["action"] = "terminate"): Notice => ({
  kind,
  action,
  deadline: null,
  noticedAt: "2026-01-31T12:00:00.000Z",
  detail: null,
});

/** A process on a virtual clock, and what comes to it and goes. */
export function set() {
  const host = fakeHost();
  const { clock } = host;
  const registry = createRegistry({}, () => true);
  const reports: Report[] = [];
  const told: object[] = [];
  let listener = (): void => {};
  const emit: Emitter["emit"] = (event, value) => {
    if (event === "drained") {
      reports.push(value as Report);
      listener();
    }
    if (event === "notice" || event === "cancelled") told.push({ [event]: value });
  };
  const drainer = createDrainer(host, registry, createPlan(clock, 10_000, 30_000), emit, false);
  const notices = createNotices(clock, ["interruption", "rebalance", "scheduled-event"], drainer, emit);
  const heard = (one: Notice, left = 120_000): Heard => ({ notice: one, deadline: clock.now() + left });
  const add = (name: string, drain: DrainHandler | Drainable): void => void registry.add(name, drain);
  const comes = (one: Notice, left?: Ms): Heard => {
    const its = heard(one, left);
    notices.take([its, null]);
    return its;
  };
  const goes = (its: Heard): void => notices.take([null, its]);
  const lasts = (ms: Ms): Promise<void> => new Promise((resolve) => void clock.setTimer(clock.now() + ms, resolve));
  const listen = (to: () => void): void => void (listener = to);
  return { clock, add, reports, told, drainer, notices, heard, comes, goes, lasts, emit, listen };
}
