import type { Ms } from "@spotkeeper/simulator";
import type { Check } from "./scene.ts";
import { isTheirs } from "./family.ts";
import { heardAt } from "./first-warning.ts";
import type { SwarmWorld } from "../world.ts";

/** Returns true if AWS, the ledger and the clocks work without faults. */
export const isUndisturbed = ({ faults, outages, clocks, messages, readLag }: SwarmWorld): boolean =>
  faults.length === 0 && outages.length === 0 && clocks.length === 0 && messages.length === 0 && readLag === 0;

/** The time from the warning until all registrations of the instance are found, with an empty inventory. */
const FOUND_WITHIN: Ms = 30_000;
/** The time from the start of a worker until it continues the work of the last one. */
const BEGINS_WITHIN: Ms = 5_000;

/**
 * Draining begins when the warning arrives, not when ECS or the reclaim does it: otherwise connections are cut off at
 * the deadline. Checked only if AWS answers normally and no last healthy target is held.
 */
export const drainsInTime: Check = (ended) => {
  const { spec, fleet, incidents } = ended;
  if (!isUndisturbed(spec)) return [];
  const away = spec.lives.reduce((sum, { pause }) => sum + pause * 1_000 + BEGINS_WITHIN, 0);
  const held = new Set(
    [...incidents.values()]
      .filter(({ steps }) => steps.some(({ responder, state }) => responder === "hold-last" && state !== "skipped"))
      .map(({ subject }) => subject.id),
  );
  return fleet.world.oracle.facts().flatMap(({ instanceId, warnedAt, deadline, deregisteredAt }) => {
    if (isTheirs(ended, instanceId)) return [];
    if (warnedAt === null || deadline === null || deadline <= warnedAt || deregisteredAt === null) return [];
    const by = heardAt(ended, instanceId) + away + FOUND_WITHIN;
    if (deregisteredAt <= by || by >= deadline || held.has(instanceId)) return [];
    const late = Math.round((deregisteredAt - by) / 1_000);
    return [`${instanceId} took connections ${late} s longer than it takes to find them`];
  });
};
