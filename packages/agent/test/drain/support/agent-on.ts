import { createAgentOn } from "../../../src/agent.ts";
import type { Report } from "../../../src/drain/report.ts";
import type { AgentOptions } from "../../../src/options.ts";
import { fakeHost } from "../../support/host.ts";

/** An agent on a virtual clock that watches nothing, and what it reports. */
export function agentOn(options: AgentOptions = {}) {
  const host = fakeHost();
  const agent = createAgentOn(host, { metadata: false, ...options });
  const reports: Report[] = [];
  agent.on("drained", (report) => void reports.push(report));
  return { host, clock: host.clock, agent, reports };
}
