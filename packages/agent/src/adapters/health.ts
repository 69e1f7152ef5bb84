import type { Agent } from "../agent.ts";
import type { AgentState } from "../drain/status.ts";

/** The answer to a load balancer's health check. */
export interface Health {
  /** 503 from the moment a drain begins. */
  readonly status: 200 | 503;
  readonly body: { readonly ready: boolean; readonly state: AgentState };
}

export function healthOf(agent: Pick<Agent, "ready" | "status">): Health {
  const ready = agent.ready();
  return { status: ready ? 200 : 503, body: { ready, state: agent.status().state } };
}
