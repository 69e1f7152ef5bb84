import { useSyncExternalStore } from "react";

/** The worker's time, as far as answers told it; its speed differs from ours only in a simulation. */
let told: { readonly server: number; readonly here: number; readonly speed: number } | null = null;

/** Notes the time in an answer. Its speed is that between the last two answers. */
export function observeServerTime(server: number): void {
  const here = performance.now();
  if (told === null) {
    told = { server, here, speed: 1 };
    tick = server;
  }
  if (here - told.here >= 400) {
    const speed = (server - told.server) / (here - told.here);
    const plain = Math.abs(speed - 1) < 0.2 || speed < 0 || speed > 200;
    told = { server, here, speed: plain ? 1 : speed };
  }
}

export function serverNow(): number {
  return told === null ? Date.now() : told.server + (performance.now() - told.here) * told.speed;
}

const listeners = new Set<() => void>();
/** The time of the last tick: it must stay the same between two ticks. */
let tick = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = serverNow();
    for (const each of listeners) each();
  }, 500);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Returns the worker's time, twice a second: one timer for all countdowns. */
export const useServerNow = (): number => useSyncExternalStore(subscribe, () => tick);
