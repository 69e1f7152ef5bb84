import { MessageChannel } from "node:worker_threads";

/** Keeps the process from ending while it holds: the clock's timers do not, and what was asked must still be answered. */
export function createKeepAlive(): { readonly hold: () => void; readonly release: () => void } {
  const { port1 } = new MessageChannel();
  port1.unref();
  return { hold: () => port1.ref(), release: () => port1.unref() };
}
