import type { Ms } from "../../../src/clock.ts";
import { createDrainer } from "../../../src/drain/drainer.ts";
import type { AgentState } from "../../../src/drain/status.ts";
import type { Drainable, DrainHandler } from "../../../src/drain/phases.ts";
import { addTo, type Registration } from "../../../src/drain/registry.ts";
import type { Report } from "../../../src/drain/report.ts";
import type { Emit } from "../../../src/events.ts";
import type { TimedNotice, Notice, NoticeKind } from "../../../src/notice.ts";
import { fakeHost } from "../../support/host.ts";

export const notice = (kind: Notice["kind"], action: Notice["action"] = "terminate"): Notice => ({
  kind,
  action,
  deadline: null,
  noticedAt: "2026-01-31T12:00:00.000Z",
  detail: null,
});

/** Short, so that the tests' own times are. */
const budgets = { unready: 5_000, finish: 90_000 };

/** A process on a virtual clock, and what comes to it and goes. */
export function set(drainOn: readonly NoticeKind[] = ["interruption", "rebalance", "scheduled-event"]) {
  const host = fakeHost();
  const { clock } = host;
  const parts = new Set<Registration>();
  const register = addTo(parts);
  const standing = new Set<Notice>();
  const reports: Report[] = [];
  const told: object[] = [];
  let listener = (): void => {};
  const emit: Emit = (event, value) => {
    if (event === "drained") {
      reports.push(value as Report);
      listener();
    }
    if (event === "notice" || event === "cancelled") told.push({ [event]: value });
    return Promise.resolve();
  };
  const [take, drain, status, ready] = createDrainer(
    host,
    parts,
    standing,
    budgets,
    10_000,
    28_000,
    drainOn,
    false,
    emit,
  );
  // Somebody asks for the health: being unready takes its time.
  ready();
  const state = (): AgentState => status().state;
  const heard = (one: Notice, left = 120_000): TimedNotice => ({ notice: one, deadline: clock.now() + left });
  const add = (name: string, drain: DrainHandler | Drainable): void => void register(name, drain);
  const comes = (one: Notice, left?: Ms): TimedNotice => {
    const its = heard(one, left);
    take([its, null]);
    return its;
  };
  const goes = (its: TimedNotice): void => take([null, its]);
  const lasts = (ms: Ms): Promise<void> => new Promise((resolve) => void clock.setTimer(clock.now() + ms, resolve));
  const listen = (to: () => void): void => void (listener = to);
  return { clock, add, reports, told, standing, take, drain, status, state, heard, comes, goes, lasts, listen };
}
