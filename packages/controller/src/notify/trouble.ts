import type { AlertModel } from "./alert.ts";
import { recordIdOf } from "./join.ts";
import { clean } from "./message/clean.ts";
import { contentHash, messageId } from "./outbox/hash.ts";
import { type DirectDeps, tellOne } from "./direct.ts";

/** A problem of the worker itself, and what a person should do. */
export interface Trouble {
  /** Its name in the alert's key. */
  readonly name: string;
  readonly headline: string;
  readonly ask: string;
}

/**
 * Creates the function that reports a problem of the worker on every channel, in at most three attempts each. Nothing
 * is stored, since the store itself may be the problem. Resolves when all is sent or given up; never rejects.
 */
export function createTroubleTeller(
  deps: Pick<DirectDeps, "channels" | "clock" | "random" | "observe">,
): (trouble: Trouble) => Promise<void> {
  return async ({ name, headline, ask }) => {
    const now = deps.clock.now();
    const model = {
      raised: false,
      key: `alert#worker/${name}`,
      // Each report is a new alert, since services may drop repetitions.
      generation: Math.floor(now / 1_000),
      recordId: recordIdOf(`${name}@${now}`),
      phase: "receipt",
      closes: false,
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
      madeAt: now,
      earliestDeadline: null,
      storm: false,
      link: null,
    } satisfies Omit<AlertModel, "id">;
    const named: AlertModel = { ...model, id: messageId(model, 0, contentHash(model, "full")) };
    await Promise.all([...deps.channels].map(([channel, driver]) => tellOne(deps, channel, driver, () => named)));
  };
}
