import type { Incident } from "@spotkeeper/controller";
import type { Lab } from "./lab.ts";

/** How often the end is checked, in milliseconds. */
const CHECK_INTERVAL = 10_000;
/** After the last incident, more may follow for this long: a message in transit, the end of an instance. */
const QUIET = 180_000;
/** After this time without a new incident, open ones are left open. */
const LONGEST_WAIT = 3_600_000;
const WATCHING: ReadonlySet<string> = new Set(["verify-gone", "verify-replacement"]);

/** Returns true for a step that still has to do something, other than watching the result. */
export const isAtWork = ({ responder, state }: Incident["steps"][number]): boolean =>
  !WATCHING.has(responder) && (state === "waiting" || state === "intended");

/** Returns true for an incident that is only recommended and just waits, for hours, whether a warning follows. */
export const isWatched = ({ closedAt, signals, steps, owed }: Incident): boolean =>
  closedAt === null && signals.every(({ kind }) => kind === "rebalance") && ![...steps, ...owed].some(isAtWork);

/**
 * Advances the clock until every incident is closed or only watched, or a limit is reached; `pending` returns true
 * while the scenario has more events.
 */
export async function runToEnd(
  lab: Lab,
  onProgress: (text: string) => void,
  pending: () => boolean = () => false,
): Promise<void> {
  let opened = 0;
  let since = lab.clock.now();
  for (;;) {
    await lab.run(CHECK_INTERVAL);
    const now = lab.clock.now();
    if (pending() || lab.incidents.size !== opened) since = now;
    opened = lab.incidents.size;
    const open = [...lab.incidents.values()].filter((one) => one.closedAt === null && !isWatched(one)).length;
    onProgress(`${opened} incidents, ${open} open`);
    if (now - since >= (open === 0 ? QUIET : LONGEST_WAIT)) return;
  }
}
