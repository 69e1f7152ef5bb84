import type { Clock } from "../clock.ts";
import { createSend, type Reply, type Send } from "./send.ts";

/** Sends requests by HTTP or HTTPS, for URLs that users configure. The metadata services use HTTP only. */
export function sendHttpOrHttps(clock: Pick<Clock, "setTimer" | "now">): Send {
  const plain = createSend(clock);
  let secure: Send | undefined;
  return (method, url, ...more) => {
    if (url.protocol !== "https:") return plain(method, url, ...more);
    // Load TLS only if it is needed.
    secure ??= createSend(clock, process.getBuiltinModule("node:https"));
    return secure(method, url, ...more);
  };
}

export const isSuccess = ({ status }: Reply): boolean => status >= 200 && status < 300;

/** Describes the outcome of a request in words. */
export const describeReply = ({ status, body }: Reply): string => (status > 0 ? `answered ${status}` : body);
