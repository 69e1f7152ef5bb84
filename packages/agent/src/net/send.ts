import { Agent, type IncomingHttpHeaders, request as http } from "node:http";
import type { Clock, Ms } from "../clock.ts";
import { codeOf } from "../errors.ts";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most 64 Ki characters; what is longer is an error. */
  readonly body: string;
}

/**
 * Makes one request. Rejects with what kept the whole answer from coming in time.
 *
 * @param until the instant by which the whole answer must be there
 */
export type Send = (
  method: "GET" | "PUT" | "POST",
  url: URL,
  headers: { readonly [name: string]: string },
  until: Ms,
  body?: string,
) => Promise<Reply>;

/** The code of the error where a connection stood, so that somebody took the request, and yet nothing came in time. */
export const SILENT = "ESILENT";

const LONGEST_BODY = 65_536;

/** Requests over connections that are kept: polling then costs no handshakes. */
export const createSend = (
  clock: Pick<Clock, "setTimer" | "now">,
  open: typeof http = http,
  agent: Agent = new Agent({ keepAlive: true }),
): Send => {
  const send: Send = (method, url, headers, until, body) =>
    new Promise((resolve, reject) => {
      let over = false;
      const request = open(url, { method, headers, agent }, (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (chunk) => {
            text += chunk;
            if (text.length > LONGEST_BODY) fail(new Error("the answer is too long"));
          })
          .on("error", fail)
          .on("end", () => {
            cancel();
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
          });
      });
      const fail = (cause: Error): void => {
        cancel();
        request.destroy();
        // The server closed a kept connection just when it was taken. Whether the request arrived is not known, so only
        // what can be repeated is. There are only so many such connections.
        const again = !over && method !== "POST" && request.reusedSocket && /RESET|PIPE/.test(`${codeOf(cause)}`);
        over = true;
        if (again) resolve(send(method, url, headers, until, body));
        else reject(cause);
      };
      const late = (): void => {
        const code = request.socket?.connecting ? null : SILENT;
        fail(Object.assign(new Error("no answer in time"), { code }));
      };
      const cancel = clock.setTimer(until, late, true);
      request.on("error", fail).end(body);
    });
  return send;
};
