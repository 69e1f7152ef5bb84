import type { Actions, Policy } from "./policy.ts";

/** What Spotkeeper does where no rule says otherwise. */
export const defaultActions: Actions = {
  act: true,
  dryRun: false,
  handsOn: false,
  deregister: true,
  drain: true,
  stopTasks: true,
  holdLast: true,
  replace: "never",
  onRebalance: "alert",
  hooks: ["graceful-shutdown-hook", "spotkeeper-*"],
  completeLaunching: true,
  heartbeats: true,
  margin: 10_000,
  drainWithin: 300_000,
  scheduledLead: 3_600_000,
  replaceCap: 0.2,
  replaceCooldown: 60_000,
  replaceWithin: 600_000,
  onDemand: null,
  drainHook: null,
  minimum: null,
};

export const defaultPolicy: Policy = {
  rules: [],
  defaults: defaultActions,
  tag: { name: "spotkeeper:enabled", required: false },
};
