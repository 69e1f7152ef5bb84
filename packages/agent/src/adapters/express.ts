import type { ServerResponse } from "node:http";
import type { Agent } from "../agent.ts";
import { healthOf } from "./health.ts";

export { drainHttpServer } from "./http.ts";

/**
 * A route for the health check, for Express or any framework whose handlers get Node's own request and response.
 *
 * @example
 * app.get("/healthz", expressHealth(agent));
 * agent.onDrain("http", drainHttpServer(app.listen(3000)));
 */
export function expressHealth(
  agent: Pick<Agent, "ready" | "status">,
): (request: unknown, response: ServerResponse) => void {
  return (_request, response) => {
    const { status, body } = healthOf(agent);
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  };
}
