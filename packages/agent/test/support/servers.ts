import { serve } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { drainHttpServer, expressHealth } from "../../src/adapters/express.ts";
import { drainFastify, fastifyHealth } from "../../src/adapters/fastify.ts";
import { drainHttp2Server } from "../../src/adapters/http2.ts";
import { honoHealth } from "../../src/adapters/hono.ts";
import type { HttpOptions } from "../../src/adapters/http.ts";
import type { Agent } from "../../src/agent.ts";
import type { Drainable } from "../../src/drain/phases.ts";
import { certificate } from "./tls.ts";

export interface Served {
  readonly url: string;
  readonly drainable: Drainable;
  /** Ends by the framework's own means, as people do without an agent. */
  ownClose(): Promise<unknown>;
}

type Health = Pick<Agent, "ready" | "status">;
type Start = (health: Health, options?: HttpOptions) => Promise<Served>;

/** Each request takes some milliseconds, so that some are in flight at any time. */
const work = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));

async function urlOf(server: NetServer, scheme = "http"): Promise<string> {
  if (!server.listening) await once(server, "listening");
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
const closeOf = (server: Pick<NetServer, "close">) => () => new Promise((resolve) => server.close(resolve));

/** The servers of the frameworks, each as its users start it. */
export const servers: { readonly [name: string]: Start } = {
  async "node:http"(_health, options) {
    const server = createServer((_request, response) => void work().then(() => response.end("ok")));
    const drainable = drainHttpServer(server, options);
    server.listen(0, "127.0.0.1");
    return { url: await urlOf(server), drainable, ownClose: closeOf(server) };
  },
  async "node:https"(_health, options) {
    const server = createTlsServer(certificate, (_request, response) => void work().then(() => response.end("ok")));
    const drainable = drainHttpServer(server, options);
    server.listen(0, "127.0.0.1");
    return { url: await urlOf(server, "https"), drainable, ownClose: closeOf(server) };
  },
  async "node:http2"(_health, options) {
    const server = createHttp2Server((_request, response) => void work().then(() => response.end("ok")));
    const drainable = drainHttp2Server(server, options);
    server.listen(0, "127.0.0.1");
    return { url: await urlOf(server), drainable, ownClose: closeOf(server) };
  },
  async express(health, options) {
    const app = express();
    app.get("/", (_request, response) => void work().then(() => response.send("ok")));
    app.get("/healthz", expressHealth(health));
    const server = app.listen(0, "127.0.0.1");
    return { url: await urlOf(server), drainable: drainHttpServer(server, options), ownClose: closeOf(server) };
  },
  async fastify(health, options) {
    const app = Fastify();
    app.get("/", async () => {
      await work();
      return "ok";
    });
    app.get("/healthz", fastifyHealth(health));
    const drainable = drainFastify(app, options);
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { url: await urlOf(app.server), drainable, ownClose: () => app.close() };
  },
  async hono(health, options) {
    const app = new Hono();
    app.get("/", async (context) => {
      await work();
      return context.text("ok");
    });
    app.get("/healthz", honoHealth(health));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    return { url: await urlOf(server), drainable: drainHttpServer(server, options), ownClose: closeOf(server) };
  },
};
