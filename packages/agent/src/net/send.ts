import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as http } from "node:http";
import { request as https } from "node:https";
import type { Clock, Ms } from "../clock.ts";
import { codeOf, messageOf } from "../errors.ts";

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
  /** A connection stood, so somebody took the request; and yet nothing came in time. */
  readonly deaf: boolean;
  constructor(cause: unknown, deaf: boolean) {
    super(messageOf(cause) || String(codeOf(cause)), { cause });
    this.deaf = deaf;
  }
}

const LONGEST_BODY = 64 * 1024;

/** Requests over connections that are kept: polling then costs no handshakes. */
export function createSend(clock: Pick<Clock, "setTimer" | "now">): Send {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });

  const attempt = ({ timeout, ...outgoing }: Outgoing, first: boolean): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { method, url, headers, body = "" } = outgoing;
      const end = clock.now() + timeout;
      const secure = url.protocol === "https:";
      const length = method === "GET" ? {} : { "content-length": Buffer.byteLength(body) };
      let [connected, over] = [false, false];
      const request = (secure ? https : http)(url, {
        method,
        headers: { ...headers, ...length },
        ...(secure ? {} : { agent }),
      });
      const fail = (cause: unknown, late = false): void => {
        if (over) return;
        over = true;
        cancel();
        request.destroy();
        const left = end - clock.now();
        // The server closed a kept connection just when it was taken: the request never arrived.
        if (first && left > 0 && request.reusedSocket && /ECONNRESET|EPIPE/.test(String(codeOf(cause))))
          resolve(attempt({ ...outgoing, timeout: left }, false));
        else reject(new NoReply(cause, late && connected));
      };
      const cancel = clock.setTimer(end, () => fail(new Error(`no answer within ${Math.round(timeout)} ms`), true));
      request.once("socket", (socket) => {
        if (!socket.connecting) connected = true;
        else socket.once("connect", () => (connected = true));
      });
      request.on("error", fail);
      request.once("response", (response) => {
        read(response).then((text) => {
          over = true;
          cancel();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        }, fail);
      });
      request.end(body);
    });

  return (outgoing) => attempt(outgoing, true);
}

async function read(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Error(`the answer is longer than ${LONGEST_BODY} characters`);
  }
  return text;
}
