import { MessageChannel } from "node:worker_threads";

/**
 * Keeps the process from exiting between `hold` and `release`, since the clock's timers do not, and pending calls must
 * be answered.
 */
export function createKeepAlive(): { readonly hold: () => void; readonly release: () => void } {
  const { port1 } = new MessageChannel();
  port1.unref();
  return { hold: () => port1.ref(), release: () => port1.unref() };
}
