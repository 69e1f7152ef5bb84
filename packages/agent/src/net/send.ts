import http, { type IncomingMessage } from "node:http";
import type { Clock, Ms } from "../clock.ts";
import { messageOf } from "../errors.ts";

/** What came of a request. */
export interface Reply {
  /** 0 where no whole answer came in time: `body` says why then. */
  readonly status: number;
  /** The hour by whoever answers, in whole seconds: the header of that name. */
  readonly date?: string | undefined;
  /** At most 64 Ki characters; what is longer does not count as an answer. */
  readonly body: string;
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

/** Why there is no answer where a connection stood, so that somebody took the request, and yet nothing came in time. */
export const SILENT = "no answer";

/** Requests over connections that are kept: polling then costs no handshakes. */
export const createSend = (
  clock: Pick<Clock, "setTimer" | "now">,
  via: Pick<typeof http, "request"> & { readonly Agent: typeof http.Agent } = http,
): Send => {
  const LONGEST_BODY = 65_536;
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
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        request
          .on("response", resolve)
          .on("error", reject)
          // For one, another protocol was taken up (101).
          .on("close", () => reject(new Error("no HTTP answer")))
          .end(body),
      );
      // What is read of it is ASCII, so it may be cut anywhere.
      let text = "";
      for await (const chunk of response) {
        if ((text += chunk).length > LONGEST_BODY) throw new Error("too long");
      }
      // A body without a length ends with its connection, whoever ended that.
      if (late) throw late;
      return { status: response.statusCode as number, date: response.headers.date, body: text };
    } catch (error) {
      return { status: 0, body: messageOf(late ?? error) };
    } finally {
      cancel();
    }
  };
};
