import type { Ms } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Unready } from "../show/deps.ts";

/** Returns the reason that the machine's clock is wrong; empty if it is right. */
export function clockReason(ahead: Ms): readonly Unready[] {
  if (ahead === 0) return [];
  return [{ what: "clock", code: "SK-CLOCK-WRONG", message: sentence(ahead) }];
}

/** Logs once when the machine's clock becomes wrong, its error changes, or it is right again. */
export function clockChanged(log: Pick<Log, "info" | "warn">, ahead: Ms): void {
  if (ahead === 0) return log.info({}, "this machine's clock agrees with AWS's again");
  log.warn({ code: "SK-CLOCK-WRONG", aheadSeconds: ahead / 1_000 }, sentence(ahead));
}

function sentence(ahead: Ms): string {
  const by = `${(Math.abs(ahead) / 1_000).toFixed(0)} s ${ahead > 0 ? "ahead of" : "behind"}`;
  return `This machine's clock is ${by} AWS's. Deadlines are judged by AWS's; set the clock (NTP).`;
}
