import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as http } from "node:http";
import { request as https } from "node:https";
import type { Clock, Ms } from "../clock.ts";

export interface Outgoing {
  readonly method: "GET" | "PUT" | "POST";
  readonly url: URL;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: Ms;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most 64 KiB; what is longer is an error. */
  readonly body: string;
}

/** Makes one request, once. Rejects with `NoReply` where no whole answer came. */
export type Send = (request: Outgoing) => Promise<Reply>;

/** Nobody answered, or not in time. */
export class NoReply extends Error {
  /** A connection stood: somebody is there, and took the request. */
  readonly connected: boolean;
  readonly timedOut: boolean;
  constructor(message: string, how: { connected: boolean; timedOut: boolean; cause?: unknown }) {
    super(message, { cause: how.cause });
    this.name = "NoReply";
    this.connected = how.connected;
    this.timedOut = how.timedOut;
  }
}

const LONGEST_BODY = 64 * 1024;

/** Requests over connections that are kept: polling then costs no handshakes. */
export function createSend(clock: Pick<Clock, "setTimer" | "now">): Send {
  const kept = new HttpAgent({ keepAlive: true, maxFreeSockets: 4 });
  const once = (outgoing: Outgoing): Promise<Reply> => attempt(clock, kept, outgoing);
  return async (outgoing) => {
    const began = clock.now();
    try {
      return await once(outgoing);
    } catch (error) {
      // The server closed a kept connection just when it was taken: the request never arrived.
      const left = outgoing.timeout - (clock.now() - began);
      if (!(error instanceof Stale) || left <= 0) throw error;
      return once({ ...outgoing, timeout: left });
    }
  };
}

class Stale extends NoReply {}

function attempt(clock: Pick<Clock, "setTimer" | "now">, kept: HttpAgent, outgoing: Outgoing): Promise<Reply> {
  const { method, url, headers = {}, body = "", timeout } = outgoing;
  return new Promise((resolve, reject) => {
    let connected = false;
    const secure = url.protocol === "https:";
    const length = method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const request = (secure ? https : http)(url, {
      method,
      headers: { ...headers, ...length },
      ...(secure ? {} : { agent: kept }),
    });
    const cancel = clock.setTimer(clock.now() + timeout, () => {
      reject(new NoReply(`no answer within ${Math.round(timeout)} ms`, { connected, timedOut: true }));
      request.destroy();
    });
    const fail = (cause: unknown): void => {
      cancel();
      const message = cause instanceof Error ? cause.message || String(Reflect.get(cause, "code")) : String(cause);
      const how = { connected, timedOut: false, cause };
      const stale =
        request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(String(Reflect.get(Object(cause), "code")));
      reject(stale ? new Stale(message, how) : new NoReply(message, how));
    };
    request.once("socket", (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once("connect", () => (connected = true));
    });
    request.once("error", fail);
    request.once("response", (response: IncomingMessage) => {
      read(response).then((text) => {
        cancel();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      }, fail);
    });
    request.end(body);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Error(`the answer is longer than ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
