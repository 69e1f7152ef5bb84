import type { Clock } from "../clock.ts";
import { createSend, type Reply, type Send } from "./send.ts";

/** Requests by HTTP and HTTPS, for what people give a URL of. The metadata services speak HTTP only. */
export function sendAnywhere(clock: Pick<Clock, "setTimer" | "now">): Send {
  const plain = createSend(clock);
  let secure: Send | undefined;
  return (method, url, ...more) => {
    if (url.protocol !== "https:") return plain(method, url, ...more);
    // TLS is loaded where somebody speaks it.
    secure ??= createSend(clock, process.getBuiltinModule("node:https"));
    return secure(method, url, ...more);
  };
}

export const isTaken = ({ status }: Reply): boolean => status >= 200 && status < 300;

/** What came of a request, in words. */
export const outcomeOf = ({ status, body }: Reply): string => (status > 0 ? `answered ${status}` : body);
