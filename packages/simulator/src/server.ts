import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Simulator } from "./simulator.ts";
import type { HttpResponse } from "./wire/http.ts";
import { ConnectionReset, textResponse } from "./wire/http.ts";

export interface SimulatorServer {
  /** For `AWS_ENDPOINT_URL` and `--endpoint-url`, for example `http://127.0.0.1:4566`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes open connections. A second call returns the first one's promise. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Without it, or with 0, a free port is used. */
  readonly port?: number;
}

/** More than the largest request of the simulated services (an encoded SQS batch of 1 MiB). */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Loopback only: the simulator checks no signatures. */
const HOST = "127.0.0.1";

/**
 * Serves the simulator over HTTP for other processes: any SDK, the AWS command line. Rejects with Node's error if the
 * port is not available.
 */
export async function serveSimulator(simulator: Simulator, options: ServerOptions = {}): Promise<SimulatorServer> {
  const server = createServer((request, response) => {
    void respond(simulator, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://${HOST}:${port}`;
  simulator.listeningAt(url);
  let closing: Promise<void> | null = null;
  return {
    url,
    port,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

async function respond(simulator: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("The client closed the connection.")));
  try {
    const body = await readBody(request);
    const answer =
      body === null
        ? textResponse(413, "text/plain", `The body is longer than ${MAX_BODY_BYTES} bytes.`)
        : await simulator.handle(
            { method: request.method ?? "GET", path: request.url ?? "/", headers: headersOf(request), body },
            gone.signal,
          );
    write(response, answer);
  } catch (error) {
    if (error instanceof ConnectionReset || gone.signal.aborted) request.socket.destroy();
    else write(response, internalFailure(error));
  }
}

/** Makes the answer for an error of the simulator itself, with details, since the reader has to fix it. */
function internalFailure(error: unknown): HttpResponse {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return textResponse(500, "application/json", JSON.stringify({ __type: "InternalFailure", message }));
}

function write(response: ServerResponse, answer: HttpResponse): void {
  response.writeHead(answer.status, { ...answer.headers });
  response.end(answer.body);
}

/** Reads the body; returns null if it is too long. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): { [name: string]: string } {
  const out: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return out;
}
