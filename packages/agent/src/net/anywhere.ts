import { Agent, request } from "node:https";
import type { Clock } from "../clock.ts";
import { createSend, type Send } from "./send.ts";

/** Requests by HTTP and HTTPS, for what people give a URL of. The metadata services speak HTTP only. */
export function sendAnywhere(clock: Pick<Clock, "setTimer" | "now">): Send {
  const plain = createSend(clock);
  const secure = createSend(clock, request, new Agent({ keepAlive: true }));
  return (method, url, ...more) => (url.protocol === "https:" ? secure : plain)(method, url, ...more);
}
