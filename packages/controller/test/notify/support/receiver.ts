import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "../channel-contract.ts";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server that keeps what it gets, and answers as it is told. */
export interface Receiver {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  answer(how: Answer): void;
  /** Answers any request with this from now on. */
  reply(status: number, headers: { readonly [name: string]: string }, body?: string): void;
  close(): Promise<void>;
}

const STATUS: { readonly [A in Exclude<Answer, "slow" | "reset">]: number } = {
  ok: 200,
  busy: 429,
  broken: 500,
  denied: 401,
  gone: 404,
};

export interface Reply {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** @param service answers as a service does, told how; null: as any server would */
export async function startReceiver(
  service: (request: Received, how: Exclude<Answer, "slow" | "reset">) => Reply | null = () => null,
): Promise<Receiver> {
  const received: Received[] = [];
  let how: Answer = "ok";
  let reply: Reply | null = null;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      received.push(one);
      if (how === "slow") return;
      if (how === "reset") return void request.socket.destroy();
      const {
        status,
        headers = {},
        body: text,
      } = reply ??
        service(one, how) ?? {
          status: STATUS[how],
          headers: how === "busy" ? { "retry-after": "7" } : {},
        };
      // Some answers repeat what they were sent.
      const echo = `${request.url} ${String(request.headers["x-spotkeeper-signature"])}`;
      response.writeHead(status, headers).end(text ?? echo);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answer: (next) => (how = next),
    reply: (status, headers, body) => (reply = { status, headers, ...(body === undefined ? {} : { body }) }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
