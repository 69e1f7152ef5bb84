import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a path answers: a body, or a way to answer. Undefined: 404. */
export type Page = string | ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

export interface MetadataServer extends AsyncDisposable {
  readonly url: string;
  readonly pages: Map<string, Page>;
  /** Every request since the start, `PUT /latest/api/token` among them. */
  readonly requests: { readonly method: string; readonly path: string; readonly token: string | undefined }[];
  /** Of tokens that it gives from now on, in seconds. */
  life: number;
  /** How the token's path answers, in place of a token. */
  tokenPage: Exclude<Page, string>;
  /** Version 1 is answered too. */
  v1: boolean;
  /** Each connection serves one request, as on EC2 (docs/aws-facts.md, 173). */
  closes: boolean;
  /** The header `Date`; null: none. */
  date: (() => Date) | null;
  /** No token that was given is taken any longer. */
  expireTokens(): void;
}

/** As AWS's service and amazon-ec2-metadata-mock answer: https://github.com/aws/amazon-ec2-metadata-mock */
const html = (status: string): string =>
  `<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n` +
  `\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" ` +
  `lang="en">\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  <h1>${status}</h1>\n </body>\n</html>\n`;

export const paths = {
  interruption: "/latest/meta-data/spot/instance-action",
  rebalance: "/latest/meta-data/events/recommendations/rebalance",
  scheduled: "/latest/meta-data/events/maintenance/scheduled",
  lifecycle: "/latest/meta-data/autoscaling/target-lifecycle-state",
} as const;

/** The notice whose time slides: two minutes from each look, as amazon-ec2-metadata-mock has it. */
export const sliding =
  (action = "terminate"): Page =>
  (_request, response) =>
    response.end(JSON.stringify({ action, time: new Date(Date.now() + 120_000).toISOString() }));

/** An instance metadata service over real HTTP, version 2. */
export async function startMetadata(): Promise<MetadataServer> {
  const tokens = new Map<string, number>();
  const state: MetadataServer = {
    url: "",
    pages: new Map<string, Page>([[paths.lifecycle, "InService"]]),
    requests: [],
    life: 21_600,
    tokenPage: undefined,
    v1: false,
    closes: false,
    date: () => new Date(),
    expireTokens: () => tokens.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const giveToken = (request: IncomingMessage, response: ServerResponse): void => {
    const wanted = Number(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]);
    if (!(wanted >= 1 && wanted <= 21_600)) return void response.writeHead(400).end(html("400 - Bad Request"));
    const life = Math.min(wanted, state.life);
    const token = randomUUID();
    tokens.set(token, Date.now() + life * 1_000);
    response.writeHead(200, { "x-aws-ec2-metadata-token-ttl-seconds": String(life) }).end(token);
  };
  /** With its length, as the service has it. */
  const refuse = (response: ServerResponse, status: number, reason: string): void => {
    const body = html(`${status} - ${reason}`);
    response.writeHead(status, { "content-type": "text/html", "content-length": body.length }).end(body);
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const token = request.headers["x-aws-ec2-metadata-token"] as string | undefined;
    state.requests.push({ method: request.method ?? "", path, token });
    if (state.date === null) response.sendDate = false;
    else response.setHeader("date", state.date().toUTCString());
    response.setHeader("server", "EC2ws");
    if (state.closes) response.setHeader("connection", "close");
    if (path === "/latest/api/token" && request.method === "PUT") {
      return state.tokenPage === undefined ? giveToken(request, response) : state.tokenPage(request, response);
    }
    const known = token !== undefined && (tokens.get(token) ?? 0) > Date.now();
    if (!known && !(state.v1 && token === undefined)) {
      return refuse(response, 401, "Unauthorized");
    }
    const page = state.pages.get(path);
    if (typeof page === "function") return page(request, response);
    if (page === undefined) return refuse(response, 404, "Not Found");
    response.writeHead(200, { "content-type": "text/plain", "content-length": Buffer.byteLength(page) }).end(page);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
