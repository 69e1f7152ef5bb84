import type http from "node:http";
import type { Clock, Ms } from "../clock.ts";
import { codeOf, messageOf } from "../errors.ts";

/** The outcome of a request. */
export interface Reply {
  /** The HTTP status; 0 if no complete answer came in time (`body` then says why). */
  readonly status: number;
  /** The `Date` header of the answer, in whole seconds. */
  readonly date?: string | undefined;
  readonly body: string;
  /** The system's error code (`EMFILE`) if there is no answer. */
  readonly code?: string | null;
}

export type Headers = { readonly [name: string]: string };

/**
 * Sends one request, without retries. Rejects only if the request cannot be sent at all. On a kept-alive connection, a
 * missing answer may only mean that the server closed it at that moment: callers that can should retry.
 *
 * @param until the instant by which the complete answer must be there
 */
export type Send = (
  method: "GET" | "PUT" | "POST",
  url: URL,
  headers: Headers,
  until: Ms,
  body?: string,
) => Promise<Reply>;

/** The longest answer in characters. A longer one counts as no answer. */
export const LONGEST_ANSWER = 65_536;

/** Creates a function that sends requests over connections of its own. */
export type CreateSend = (clock: Pick<Clock, "setTimer" | "now">) => Send;

/** The reason if a connection was open and no answer came in time: the server has the request. */
export const SILENT = "no answer";

/**
 * Sends requests over kept-alive connections, so that polling needs no handshakes.
 *
 * @param via Node.js's `http` or `https` module. It is not imported: an `import` evaluates all exports of `node:http`,
 * also WebSocket, and so loads `fetch`, which takes 13 MB of memory
 */
export const createSend = (
  clock: Pick<Clock, "setTimer" | "now">,
  via: Pick<typeof http, "request" | "Agent"> = process.getBuiltinModule("node:http"),
): Send => {
  const agent = new via.Agent({ keepAlive: true });
  return async (method, url, headers, until, body) => {
    const request = via.request(url, { method, headers, agent });
    let late: Error | undefined;
    // A connection that could not be opened is different from a server that does not answer.
    const cancel = clock.setTimer(
      until,
      () => request.destroy((late = new Error(request.socket?.connecting ? "no connection" : SILENT))),
      true,
    );
    try {
      return await new Promise<Reply>((resolve, reject) =>
        request
          .on("response", (response) => {
            // Our answers are ASCII, so they may be split anywhere.
            let text = "";
            response
              .on("data", (chunk) => (text += chunk).length > LONGEST_ANSWER && request.destroy(new Error("too long")))
              .on("error", reject)
              // A body without content-length ends with its connection, also if our timer closed that.
              .on("end", () =>
                late
                  ? reject(late)
                  : resolve({ status: response.statusCode as number, date: response.headers.date, body: text }),
              );
          })
          .on("error", reject)
          // For example, the server answered 101 Switching Protocols.
          .on("close", () => reject(new Error("no HTTP answer")))
          .end(body),
      );
    } catch (error) {
      return { status: 0, body: messageOf(late ?? error), code: codeOf(error) };
    } finally {
      cancel();
    }
  };
};
