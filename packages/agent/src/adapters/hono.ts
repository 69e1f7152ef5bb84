import type { Agent } from "../agent.ts";
import { healthOf } from "./health.ts";

export { drainHttpServer } from "./http.ts";

/**
 * A route for the health check.
 *
 * @example
 * app.get("/healthz", honoHealth(agent));
 * agent.onDrain("http", drainHttpServer(serve({ fetch: app.fetch, port: 3000 })));
 */
export function honoHealth(agent: Pick<Agent, "ready" | "status">): () => Response {
  return () => {
    const { status, body } = healthOf(agent);
    return Response.json(body, { status, headers: { "cache-control": "no-store" } });
  };
}
