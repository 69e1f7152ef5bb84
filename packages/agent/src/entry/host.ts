import { systemClock } from "../clock.ts";
import { createSend } from "../net/send.ts";
import type { Host } from "../options.ts";

/** The real process and its clock. */
export const thisProcess: Host = { clock: systemClock, createSend, process };
