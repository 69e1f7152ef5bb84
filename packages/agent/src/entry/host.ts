import { systemClock } from "../clock.ts";
import { createSend } from "../net/send.ts";
import type { Host } from "../options.ts";

/** This process. */
export const thisProcess: Host = { clock: systemClock, createSend, process };
