import { createAdaptorServer } from "@hono/node-server";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { createApp } from "./app.ts";
import type { ShowDeps, ShowOptions } from "./deps.ts";
import { watchDoors } from "./doors.ts";
import { DEFAULT_LISTEN, isLoopback, type Listen, parseListen, requireSafe } from "./listen.ts";
import { createStreams } from "./routes/stream.ts";

export interface Show {
  /** URL for people: `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Stops accepting requests, lets current ones finish, and closes the others after `within`. Idempotent. */
  close(within: Ms): Promise<void>;
}

/** Time limits of a request's arrival, and the interval of their check (Node.js's default is 30 s). */
const HEADERS_WITHIN: Ms = 10_000;
const REQUEST_WITHIN: Ms = 30_000;
const LOOK_EACH: Ms = 1_000;

/**
 * Serves the API, the live stream and the metrics. Rejects with SK-SHOW-LISTEN if the address is not safe, invalid, or
 * not available.
 *
 * @example const show = await createShow({ ledger, archive, accept: flow.accept, … }, { listen: "127.0.0.1:8787" });
 */
export async function createShow(deps: ShowDeps, options: ShowOptions = {}): Promise<Show> {
  const { listen: text = DEFAULT_LISTEN, tokens = [], proxies = [] } = options;
  const listen = parseListen(text);
  requireSafe(listen, tokens);
  const streams = createStreams(deps);
  const app = createApp(deps, options, streams, (socket) => doors.hasRoom(socket));
  // The globals stay Node's own, since the AWS SDK and the channels use them, too.
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      headersTimeout: HEADERS_WITHIN,
      requestTimeout: REQUEST_WITHIN,
      connectionsCheckingInterval: LOOK_EACH,
    },
  }) as Server;
  const doors = watchDoors(server, proxies);
  const address = await listenOn(server, listen);
  if (tokens.length === 0 && !isLoopback(address.address)) {
    server.close();
    requireSafe({ host: address.address, port: address.port }, tokens);
  }
  let closing: Promise<void> | null = null;
  // `close` ends connections that are idle then; one that becomes idle later would stay until its timeout.
  server.on("request", (_request, response) => {
    response.once("close", () => {
      if (closing !== null) setImmediate(() => server.closeIdleConnections());
    });
  });

  return {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    close(within) {
      closing ??= new Promise((resolve) => {
        const cancel = deps.clock.setTimer(deps.clock.now() + within, () => server.closeAllConnections());
        server.close(() => {
          cancel();
          resolve();
        });
        streams.close();
      });
      return closing;
    },
  };
}

function listenOn(server: Server, { host, port }: Listen): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const what = cause.code === "EADDRINUSE" ? "something else listens there" : (cause.code ?? "it failed");
      reject(
        new SpotkeeperError(
          "SK-SHOW-LISTEN",
          `Cannot listen on ${host}:${port}: ${what}. Set show.listen to another host:port.`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}
