import type { Server } from "node:http";
import type { Agent } from "../agent.ts";
import type { Drainable } from "../drain/phases.ts";
import { type Health, healthOf } from "./health.ts";
import { drainHttpServer, type HttpOptions } from "./http.ts";

/** The part of a Fastify instance that the adapter uses. */
export interface FastifyLike {
  readonly server: Server;
  close(): PromiseLike<unknown>;
}

interface ReplyLike {
  code(status: number): { send(body: Health["body"]): unknown };
}

/**
 * Drains a Fastify server as `drainHttpServer` does. In the phase `close`, when no request is left, it calls Fastify's
 * own `close`, so that the `onClose` hooks of its plugins run.
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
      // Both stop listening. Fastify's hooks wait for open connections; `drainable.close` ends those in time.
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
