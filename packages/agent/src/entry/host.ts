import { systemClock } from "../clock.ts";
import type { Host } from "../options.ts";

/** This process. */
export const thisProcess: Host = { clock: systemClock, process };
