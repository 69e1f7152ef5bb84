import type http from "node:http";
import type { Clock, Ms } from "../clock.ts";
import { codeOf, messageOf } from "../errors.ts";

/** What came of a request. */
export interface Reply {
  /** 0 where no whole answer came in time: `body` says why then. */
  readonly status: number;
  /** The hour by whoever answers, in whole seconds: the header of that name. */
  readonly date?: string | undefined;
  readonly body: string;
  /** The system's code of what failed (`EMFILE`), where there is no answer. */
  readonly code?: string | null;
}

export type Headers = { readonly [name: string]: string };

/**
 * Makes one request, once; it rejects only for what cannot be sent at all. Over a kept connection no answer may mean no
 * more than that the server closed it just when it was taken: whoever can, asks again.
 *
 * @param until the instant by which the whole answer must be there
 */
export type Send = (
  method: "GET" | "PUT" | "POST",
  url: URL,
  headers: Headers,
  until: Ms,
  body?: string,
) => Promise<Reply>;

/** What is longer, in characters, does not count as an answer. */
export const LONGEST_ANSWER = 65_536;

/** Creates what sends requests. Its connections are its own. */
export type CreateSend = (clock: Pick<Clock, "setTimer" | "now">) => Send;

/** Why there is no answer where a connection stood, so that somebody took the request, and yet nothing came in time. */
export const SILENT = "no answer";

/**
 * Requests over connections that are kept: polling then costs no handshakes.
 *
 * @param via Node.js's HTTP or HTTPS. It is not imported: an `import` reads all that `node:http` exports, WebSocket among
 * it, and so loads all of `fetch`, which are 13 MB of memory
 */
export const createSend = (
  clock: Pick<Clock, "setTimer" | "now">,
  via: Pick<typeof http, "request" | "Agent"> = process.getBuiltinModule("node:http"),
): Send => {
  const agent = new via.Agent({ keepAlive: true });
  return async (method, url, headers, until, body) => {
    const request = via.request(url, { method, headers, agent });
    let late: Error | undefined;
    // A connection that did not come about is not one where nobody answers.
    const cancel = clock.setTimer(
      until,
      () => request.destroy((late = new Error(request.socket?.connecting ? "no connection" : SILENT))),
      true,
    );
    try {
      return await new Promise<Reply>((resolve, reject) =>
        request
          .on("response", (response) => {
            // What is read of it is ASCII, so it may be cut anywhere.
            let text = "";
            response
              .on("data", (chunk) => (text += chunk).length > LONGEST_ANSWER && request.destroy(new Error("too long")))
              .on("error", reject)
              // A body without a length ends with its connection, whoever ended that.
              .on("end", () =>
                late
                  ? reject(late)
                  : resolve({ status: response.statusCode as number, date: response.headers.date, body: text }),
              );
          })
          .on("error", reject)
          // For one, another protocol was taken up (101).
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
