import { signalKinds } from "@spotkeeper/controller";
import {
  DECIDES,
  policyFrom,
  type SwarmPolicy,
  type WrittenActions,
  type WrittenPolicy,
  type WrittenRule,
} from "../swarm-policy.ts";
import { type Dice, type Dimensions, several } from "./dice.ts";

type Make = (dice: Dice) => unknown;

const oneOf =
  (...values: readonly unknown[]): Make =>
  ({ random }) =>
    random.pick(values);

/** How each action of the policy is drawn. Worlds last hours, so longer durations have tests of their own. */
const ACTIONS: { readonly [name in keyof WrittenActions]-?: Make } = {
  act: oneOf(true, false),
  dryRun: oneOf(true, false),
  handsOn: oneOf(true, false),
  deregister: oneOf(true, false),
  drain: oneOf(true, false),
  stopTasks: oneOf(true, false),
  holdLast: oneOf(true, false),
  replace: oneOf("never", "detach", "raise"),
  onRebalance: oneOf("ignore", "alert", "drain", "replace"),
  hooks: oneOf([], ["graceful-shutdown-hook"], ["spotkeeper-*"], ["*-hook", "spotkeeper-*"]),
  completeLaunching: oneOf(true, false),
  holdHooks: oneOf("0s", "30s", "10m"),
  heartbeats: oneOf(true, false),
  margin: oneOf("0s", "500ms", "10s", "40s", "110s"),
  drainWithin: oneOf("1s", "30s", "5m", "2h"),
  scheduledLead: oneOf("0s", "1h", "30d"),
  replaceCap: oneOf(0, 0.2, 0.5, 1),
  replaceCooldown: oneOf("0s", "1m", "10m"),
  replaceWithin: oneOf("10s", "1m", "10m", "1h"),
  onDemand: ({ random }) =>
    random.pick([null, { for: "1m", most: 2 }, { for: "10m" }, { most: 1 + random.int(1_000) }, {}]),
  // A call to an application would leave the simulation. No instance has an address in these networks, so none is
  // called.
  drainHook: ({ random }) =>
    random.pick([
      null,
      { port: 8_080, path: "/drain", networks: NOBODYS },
      { port: 443, path: "/shutdown/drain", token: "${env:DRAIN_TOKEN}", timeout: "100ms", networks: NOBODYS },
    ]),
  ssm: oneOf(
    null,
    { document: "AWS-RunShellScript", parameters: { commands: ["systemctl stop shop"] } },
    { document: "drain-shop", parameters: { mode: "fast" }, parameterPath: null },
    { document: null, parameterPath: "/spotkeeper/drain/{group}" },
  ),
  minimum: oneOf(null, 0, 0.5, 1, 3, 100_000),
};

/** Addresses for documentation: https://www.rfc-editor.org/rfc/rfc5737 */
const NOBODYS = ["192.0.2.0/24"];

/** Patterns that match some things of the worlds, patterns that match nothing, and negations. */
const MATCHES: { readonly [key: string]: Make } = {
  // Some write a single kind as a word, others as a list.
  kind(dice) {
    const kinds = [...new Set(several(dice, 4, () => dice.random.pick(signalKinds)))];
    return kinds.length === 1 ? kinds[0] : kinds;
  },
  account: oneOf("123456789012", "!123456789012", ["222222222222", "333333333333"]),
  region: oneOf("us-*", "!us-east-1", ["eu-west-1", "cn-*"]),
  availabilityZone: oneOf("*a", "!*a", ["*b", "*c"]),
  group: oneOf("group-0", "!group-0", "group-*", ["group-1", "nightly-?"]),
  cluster: oneOf("shop", "!shop", ["data", "default"]),
  service: oneOf("*-0", "!shop-0", ["data-1", "nobody"]),
  instanceType: oneOf("m5.large", "m*", "!c5.*"),
  instanceName: oneOf("*", "!web-*", ["web-*", "batch-*"]),
  owner: oneOf("*", "!karpenter", ["batch", "kubernetes"]),
  tag: oneOf({ "spotkeeper:enabled": "*" }, { team: "data", stage: "!prod" }, { "karpenter.sh/nodepool": ["*"] }),
};

/** What a policy may forbid for everything. */
const FORBIDDEN: readonly WrittenPolicy[] = [
  { defaults: { deregister: false } },
  { defaults: { drain: false } },
  { defaults: { stopTasks: false } },
  { defaults: { act: false } },
  { defaults: { dryRun: true } },
  { dryRun: true },
  { defaults: { act: true, deregister: true, drain: true, stopTasks: true, dryRun: false }, dryRun: false },
];

/**
 * What the policies of some worlds say beside, so that what can go wrong with it is met: one in four replaces early, and
 * one in ten leaves tasks to run, whose targets ECS then does not take out by itself.
 */
export function leaningOf({ random }: Dice): WrittenActions {
  const lot = random.next();
  if (lot >= 0.35) return {};
  if (lot >= 0.25) return { drain: false };
  return {
    replace: random.pick(["detach", "raise"]),
    onRebalance: random.pick(["replace", "replace", "alert"]),
    replaceCap: random.pick([0.5, 1]),
    ...(random.next() < 0.3 ? { onDemand: { for: random.pick(["1m", "10m"]), most: 2 } } : {}),
  };
}

/**
 * Makes a policy with anything that the config's schema allows. Actions that are not drawn are left out.
 *
 * @param more what its defaults say beside, in place of what is drawn
 */
export function policyOf(dice: Dice, more: WrittenActions = {}): SwarmPolicy {
  const { random, may } = dice;
  const { dryRun, defaults } = may("forbidden") ? random.pick(FORBIDDEN) : {};
  const drawn = namesOf(ACTIONS).filter((name) => !FORBIDS.has(name) && may(name));
  return policyFrom({
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(may("tag") ? { tag: tagOf(dice) } : {}),
    defaults: { ...defaults, ...actionsOf(dice, drawn), ...more },
    ...(may("rules") ? { rules: several(dice, 3, (index) => ruleOf(dice, index)) } : {}),
    ...(may("clusters") ? { clusters: clustersOf(dice) } : {}),
  });
}

const namesOf = <T extends object>(table: T): (keyof T & string)[] => Object.keys(table) as (keyof T & string)[];

/** The actions that only FORBIDDEN sets. */
const FORBIDS: ReadonlySet<string> = new Set(FORBIDDEN.flatMap(({ defaults = {} }) => Object.keys(defaults)));

const actionsOf = (dice: Dice, names: readonly (keyof WrittenActions)[]): WrittenActions =>
  Object.fromEntries(names.map((name) => [name, ACTIONS[name](dice)]));

const tagOf = ({ random, may }: Dice): NonNullable<WrittenPolicy["tag"]> => ({
  ...(may("name of the tag") ? { name: random.pick(["spotkeeper:enabled", "team"]) } : {}),
  ...(may("required") ? { required: random.pick([true, false]) } : {}),
});

/**
 * Worlds whose rules decide these actions (`DECIDES`) are not judged. To have most worlds judged, this is a dimension
 * of its own.
 */
function ruleOf(dice: Dice, index: number): WrittenRule {
  const names = namesOf(ACTIONS).filter((name) => may(dice, name));
  const keys = namesOf(MATCHES);
  return {
    name: `rule ${index}`,
    ...(dice.may("rules that match everything")
      ? {}
      : {
          match: Object.fromEntries(
            several(dice, 2, () => dice.random.pick(keys)).map((key) => [key, MATCHES[key]?.(dice)]),
          ),
        }),
    do: actionsOf(
      dice,
      several(dice, 3, () => dice.random.pick(names)),
    ),
  };
}

const may = (dice: Dice, name: keyof WrittenActions): boolean =>
  !DECIDES.includes(name) || dice.may("rules that decide");

const clustersOf = ({ random }: Dice): NonNullable<WrittenPolicy["clusters"]> => ({
  groupTag: random.pick([null, "cluster"]),
  clusterTag: random.pick([null, "cluster"]),
  names: random.pick([[], [{ pattern: "web-*", cluster: "shop" }]]),
});

const rulesOf = ({ written }: SwarmPolicy): readonly WrittenRule[] => written?.rules ?? [];

export const POLICY_DIMENSIONS: Dimensions<SwarmPolicy> = {
  "replaced by raise": (policy) => policy.replace === "raise",
  "replaced by detach": (policy) => policy.replace === "detach",
  "recommendations drain": ({ written }) => written?.defaults?.onRebalance === "drain",
  "recommendations replace": ({ written }) => written?.defaults?.onRebalance === "replace",
  "hooks held for ten minutes": (policy) => policy.holdHooks === 600,
  "On-Demand for a time": (policy) => policy.onDemand,
  "last targets not held": (policy) => !policy.holdLast,
  "policy forbids to deregister": (policy) => policy.may === "not deregister",
  "policy forbids to drain": (policy) => policy.may === "not drain",
  "policy forbids to act": (policy) => policy.may === "nothing",
  "dry run": (policy) => policy.may === "only say it",
  "policy that is not judged": (policy) => policy.may === "as its rules say",
  "only what has a tag": ({ written }) => written?.tag?.required === true,
  "clusters of the config": ({ written }) => written?.clusters !== undefined,
  ...Object.fromEntries(
    namesOf(ACTIONS).map((name) => [
      `policy: ${name}`,
      ({ written }: SwarmPolicy) => written?.defaults !== undefined && name in written.defaults,
    ]),
  ),
  ...Object.fromEntries(
    namesOf(ACTIONS).map((name) => [
      `rule that says ${name}`,
      (policy: SwarmPolicy) => rulesOf(policy).some((rule) => name in rule.do),
    ]),
  ),
  ...Object.fromEntries(
    namesOf(MATCHES).map((key) => [
      `rule that matches by ${key}`,
      (policy: SwarmPolicy) => rulesOf(policy).some(({ match = {} }) => key in match),
    ]),
  ),
};
