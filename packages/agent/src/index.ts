import { type Agent, createAgentOn } from "./agent.ts";
import { thisProcess } from "./entry/host.ts";
import type { AgentOptions } from "./options.ts";

export type { Action, Notice, NoticeKind } from "./notice.ts";
export type { Agent } from "./agent.ts";
export type { AgentState, Status } from "./drain/status.ts";
export type { AgentEvent, AgentEvents } from "./events.ts";
export type { AgentOptions } from "./options.ts";
export type { Budgets } from "./drain/budgets.ts";
export type { Drainable, DrainContext, DrainHandler, Phase } from "./drain/phases.ts";
export type { DrainRequest } from "./drain/drain-request.ts";
export type { HandlerOutcome, HandlerReport, PhaseReport, Report } from "./drain/report.ts";
export type { RegisterOptions } from "./drain/registry.ts";
export { drainHttpServer } from "./adapters/http.ts";
export { SpotkeeperError } from "./errors.ts";

/**
 * Watches for the end of this instance, task or process, and drains the application before it.
 *
 * @example
 * const agent = createAgent();
 * agent.onDrain("http", drainHttpServer(server));
 * await agent.start();
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`, `SK-AGENT-ENDPOINT`
 */
export const createAgent = (options?: AgentOptions): Agent => createAgentOn(thisProcess, options);
