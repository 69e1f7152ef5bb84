import { type Agent, createAgentOn } from "../../src/agent.ts";
import { systemClock } from "../../src/clock.ts";
import type { Budgets } from "../../src/drain/budgets.ts";
import type { Phase } from "../../src/drain/phases.ts";
import type { HandlerReport, Report } from "../../src/drain/report.ts";
import { fakeHost } from "./host.ts";

/** An agent on the real clock that watches nothing and does not end the process. */
export const agentOf = (budgets: Budgets = { unready: 0 }): Agent =>
  createAgentOn({ ...fakeHost(), clock: systemClock }, { metadata: false, signals: [], exit: false, budgets });

/** What the first handler of a phase did. */
export const handlerOf = (report: Report, phase: Phase): HandlerReport | undefined =>
  report.phases.find((one) => one.phase === phase)?.handlers[0];

/** Resolves when the agent comes to a phase. */
export const reached = (agent: Agent, phase: Phase): Promise<void> =>
  new Promise((resolve) => void agent.on("phase", (now) => now === phase && resolve()));
