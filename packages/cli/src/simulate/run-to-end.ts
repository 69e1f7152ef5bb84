import type { Incident } from "@spotkeeper/controller";
import type { Lab } from "./lab.ts";

/** Looks that often whether everything has ended, milliseconds. */
const LOOK_EVERY = 10_000;
/** After the last that came, more may come for so long: a message on its way, the end of an instance. */
const QUIET = 180_000;
/** Incidents that take longer than this after the last are left open. */
const PATIENCE = 3_600_000;
const WATCHING: ReadonlySet<string> = new Set(["verify-gone", "verify-replacement"]);

/** A step that has something left to do but to see what becomes of it. */
export const isAtWork = ({ responder, state }: Incident["steps"][number]): boolean =>
  !WATCHING.has(responder) && (state === "waiting" || state === "intended");

/** Only recommended: nothing is left to do but to see, for hours, whether a warning follows. */
export const isWatched = ({ closedAt, signals, steps, owed }: Incident): boolean =>
  closedAt === null && signals.every(({ kind }) => kind === "rebalance") && ![...steps, ...owed].some(isAtWork);

/**
 * Lets time pass until every incident is closed, or only watched, or a bound; `pending` says whether the scenario brings
 * more.
 */
export async function runToEnd(
  lab: Lab,
  onProgress: (text: string) => void,
  pending: () => boolean = () => false,
): Promise<void> {
  let opened = 0;
  let since = lab.clock.now();
  for (;;) {
    await lab.run(LOOK_EVERY);
    const now = lab.clock.now();
    if (pending() || lab.incidents.size !== opened) since = now;
    opened = lab.incidents.size;
    const open = [...lab.incidents.values()].filter((one) => one.closedAt === null && !isWatched(one)).length;
    onProgress(`${opened} incidents, ${open} open`);
    if (now - since >= (open === 0 ? QUIET : PATIENCE)) return;
  }
}
