import { systemClock } from "../clock.ts";
import type { Host } from "../options.ts";

/** This process. */
export const thisProcess: Host = {
  clock: systemClock,
  random: () => Math.random(),
  env: process.env,
  on: (event, listener) => void process.on(event, listener),
  off: (event, listener) => void process.off(event, listener),
  warn: (error) => process.emitWarning(error),
  exit: (code) => process.exit(code),
};
