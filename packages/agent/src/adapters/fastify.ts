import type { Server } from "node:http";
import type { Agent } from "../agent.ts";
import type { Drainable } from "../drain/phases.ts";
import { type Health, healthOf } from "./health.ts";
import { drainHttpServer, type HttpOptions } from "./http.ts";

/** What is used of a Fastify instance. */
export interface FastifyLike {
  readonly server: Server;
  close(): PromiseLike<unknown>;
}

interface ReplyLike {
  code(status: number): { send(body: Health["body"]): unknown };
}

/**
 * Drains a Fastify server as `drainHttpServer` does, and closes it by its own `close`, so that the `onClose` hooks of its
 * plugins run: in `close`, when no request needs them any longer.
 *
 * @example
 * const app = Fastify();
 * app.get("/healthz", fastifyHealth(agent));
 * agent.onDrain("http", drainFastify(app));
 */
export function drainFastify(app: FastifyLike, options: HttpOptions = {}): Drainable {
  const drainable = drainHttpServer(app.server, options);
  return {
    ...drainable,
    async close(context) {
      // Both end the listening; Fastify's hooks wait for the connections, which the first ends in time.
      await Promise.all([drainable.close?.(context), app.close()]);
    },
  };
}

/** A route for the health check. */
export function fastifyHealth(agent: Pick<Agent, "ready" | "status">): (request: unknown, reply: ReplyLike) => unknown {
  return (_request, reply) => {
    const { status, body } = healthOf(agent);
    return reply.code(status).send(body);
  };
}
