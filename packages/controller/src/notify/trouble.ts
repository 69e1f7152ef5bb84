import type { AlertModel } from "./alert.ts";
import { clean } from "./message/clean.ts";
import { type DirectDeps, tellOne } from "./direct.ts";

/** What is wrong with the worker itself, and what a person should do. */
export interface Trouble {
  /** Names it in the alert's key. */
  readonly name: string;
  readonly headline: string;
  readonly ask: string;
}

/**
 * Tells people of the worker's own trouble, on every channel, in at most three attempts each; nothing remembers it, since
 * what would may be what is wrong. Resolves when it is sent or given up, and never rejects.
 */
export function createTroubleTeller(
  deps: Omit<DirectDeps, "routes" | "phrases" | "links" | "factsOf">,
): (trouble: Trouble) => Promise<void> {
  return async ({ name, headline, ask }) => {
    const now = deps.clock.now();
    const model: AlertModel = {
      key: `alert#worker/${name}`,
      // Each time is an alert of its own: the other side may drop what it has had before.
      generation: Math.floor(now / 1_000),
      phase: "receipt",
      headline: clean(headline),
      stakes: [],
      doing: [],
      ask: [clean(ask)],
      missing: [],
      severity: "critical",
      group: { account: null, region: null, cluster: null, group: null },
      members: [],
      impact: [],
      openedAt: now,
      earliestDeadline: null,
      storm: false,
      link: null,
    };
    await Promise.all([...deps.channels].map(([channel, driver]) => tellOne(deps, channel, driver, model)));
  };
}
