import type { DaemonHost } from "./host.ts";

export type Log = (message: string, more: object) => void;

/** Logs one line of JSON for each event. */
export const createLog =
  ({ write, clock }: Pick<DaemonHost, "write" | "clock">): Log =>
  (message, more) =>
    write(
      `${JSON.stringify({ time: new Date(clock.wall()).toISOString(), name: "spotkeeper-agent", message, ...more })}\n`,
    );
