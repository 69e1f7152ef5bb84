import type { Actions, Policy } from "./policy.ts";

/** Private addresses: https://www.rfc-editor.org/rfc/rfc1918, https://www.rfc-editor.org/rfc/rfc4193 */
export const PRIVATE_NETWORKS: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/** The default actions, where no rule sets others. */
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
  holdHooks: 30_000,
  heartbeats: true,
  margin: 10_000,
  drainWithin: 300_000,
  scheduledLead: 3_600_000,
  replaceCap: 0.2,
  replaceCooldown: 60_000,
  replaceWithin: 600_000,
  onDemand: null,
  drainHook: null,
  ssm: null,
  minimum: null,
};

export const defaultPolicy: Policy = {
  rules: [],
  defaults: defaultActions,
  tag: { name: "spotkeeper:enabled", required: false },
};
