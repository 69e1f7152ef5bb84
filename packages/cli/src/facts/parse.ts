import { SpotkeeperError } from "@spotkeeper/controller";
import { checkFacts } from "./check.ts";
import {
  ADDRESSES,
  BALANCERS,
  type ClassicFacts,
  COUNTS,
  type FleetFacts,
  type GroupFacts,
  groupFacts,
  type HookFacts,
  hookFacts,
  type InstanceFacts,
  instanceFacts,
  LIFECYCLES,
  NETWORK_MODES,
  NO_FACTS,
  RESULTS,
  type ServiceFacts,
  serviceFacts,
  STATES,
  TARGET_TYPES,
  type TargetFacts,
  type TargetGroupFacts,
  type TaskFacts,
  TRANSITIONS,
} from "./document.ts";
import { describeValue, type Field, fieldOf, objectOf } from "./field.ts";
import { FORMATS, textOf, textOrNullOf, textsOf } from "./formats.ts";

type Fail = Field["fail"];

const PLACE = ["account", "region"];
const keysOf = (sample: object): readonly string[] => Object.keys(sample);
const INSTANCE_KEYS = keysOf(instanceFacts(""));
const LONE_KEYS = [...INSTANCE_KEYS, ...PLACE];
const GROUP_KEYS = keysOf(groupFacts(""));
const HOOK_KEYS = keysOf(hookFacts(""));
const SERVICE_KEYS = keysOf(serviceFacts("", ""));
const TASK_KEYS = ["cluster", "family", "stopTimeout", "instances", ...PLACE];
const TARGET_GROUP_KEYS = [
  "name",
  "type",
  "port",
  "protocol",
  "deregistrationDelay",
  "loadBalancer",
  "targets",
  ...PLACE,
];

/** Parses the JSON of a fleet. Throws SK-INPUT-FACTS with the key, the value and what is expected. */
export function readFacts(text: string, file: string): FleetFacts {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SpotkeeperError("SK-INPUT-FACTS", `${file} is no JSON: ${String(cause)}.`, { cause });
  }
  const fail: Fail = (path, got, want) => {
    const where = path.replace(/^the facts\./, "");
    throw new SpotkeeperError("SK-INPUT-FACTS", `${file}: ${where}: got ${describeValue(got)}, wants ${want}.`);
  };
  const root = objectOf(value, "the facts", keysOf(NO_FACTS), fail);
  const listOf = <T>(key: string, read: (one: unknown, path: string, fail: Fail) => T): readonly T[] =>
    root(key).list((one, path) => read(one, path.replace(/^the facts\./, ""), fail));
  const facts: FleetFacts = {
    groups: listOf("groups", groupOf),
    instances: listOf("instances", (one, path) => {
      const at = objectOf(one, path, LONE_KEYS, fail);
      return { ...instanceOf(at), ...placeOf(at) };
    }),
    services: listOf("services", serviceOf),
    tasks: listOf("tasks", taskOf),
    targetGroups: listOf("targetGroups", targetGroupOf),
    classicLoadBalancers: listOf("classicLoadBalancers", classicOf),
    unread: root("unread").texts(),
  };
  checkFacts(facts, fail);
  return facts;
}

type At = (key: string) => Field;

const placeOf = (at: At): { readonly account: string | null; readonly region: string | null } => ({
  account: textOrNullOf(at("account"), FORMATS.ACCOUNT),
  region: textOrNullOf(at("region"), FORMATS.REGION),
});

function groupOf(one: unknown, path: string, fail: Fail): GroupFacts {
  const at = objectOf(one, path, GROUP_KEYS, fail);
  const maintenance = at("maintenance");
  return {
    ...placeOf(at),
    name: textOf(at("name"), FORMATS.GROUP_NAME),
    cluster: textOrNullOf(at("cluster"), FORMATS.ECS_NAME),
    instances: at("instances").list((instance, where) =>
      typeof instance === "string"
        ? instanceFacts(textOf(fieldOf(instance, where, fail), FORMATS.INSTANCE_ID))
        : instanceOf(objectOf(instance, where, INSTANCE_KEYS, fail)),
    ),
    zones: textsOf(at("zones"), FORMATS.ZONE),
    min: at("min").number(0) ?? 0,
    desired: at("desired").number(0),
    max: at("max").number(0),
    counts: at("counts").oneOf(COUNTS),
    type: textOrNullOf(at("type"), FORMATS.INSTANCE_TYPE) ?? "m5.large",
    mixed: at("mixed").value === undefined || at("mixed").flag(),
    onDemandBase: at("onDemandBase").number(0) ?? 0,
    onDemandPercent: at("onDemandPercent").number(0, 100) ?? 0,
    hooks: at("hooks").list((hook, where) => hookOf(hook, where, fail)),
    capacityRebalance: at("capacityRebalance").flag(),
    managedDraining: at("managedDraining").flag(),
    managedTerminationProtection: at("managedTerminationProtection").flag(),
    agentSpotDraining: at("agentSpotDraining").flag(),
    suspended: textsOf(at("suspended"), FORMATS.PROCESS),
    maintenance: maintenance.value === undefined || maintenance.value === null ? null : boundsOf(maintenance),
    targetGroups: textsOf(at("targetGroups"), FORMATS.BALANCER_NAME),
    classicLoadBalancers: textsOf(at("classicLoadBalancers"), FORMATS.BALANCER_NAME),
    latticeTargetGroups: textsOf(at("latticeTargetGroups"), FORMATS.REFERENCE),
    operator: at("operator").textOrNull(),
    tags: at("tags").record(),
  };
}

function boundsOf({ value, path, fail }: Field): { readonly min: number; readonly max: number } {
  const at = objectOf(value, path, ["min", "max"], fail);
  return { min: at("min").number(0, 100) ?? 100, max: at("max").number(100, 200) ?? 100 };
}

function instanceOf(at: At): InstanceFacts {
  const clusters = at("clusters");
  return {
    id: textOf(at("id"), FORMATS.INSTANCE_ID),
    zone: textOrNullOf(at("zone"), FORMATS.ZONE),
    type: textOrNullOf(at("type"), FORMATS.INSTANCE_TYPE),
    lifecycle: at("lifecycle").oneOf(LIFECYCLES),
    state: at("state").oneOf(STATES),
    protected: at("protected").flag(),
    units: at("units").number(1),
    clusters: clusters.value === undefined || clusters.value === null ? null : textsOf(clusters, FORMATS.ECS_NAME),
    draining: at("draining").flag(),
    tags: at("tags").record(),
  };
}

/**
 * A text is the name of a terminating hook. Limits:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html
 */
function hookOf(one: unknown, path: string, fail: Fail): HookFacts {
  if (typeof one === "string") return hookFacts(textOf(fieldOf(one, path, fail), FORMATS.HOOK_NAME));
  const at = objectOf(one, path, HOOK_KEYS, fail);
  return {
    name: textOf(at("name"), FORMATS.HOOK_NAME),
    transition: at("transition").oneOf(TRANSITIONS),
    heartbeatTimeout: at("heartbeatTimeout").number(30, 7_200) ?? 300,
    defaultResult: at("defaultResult").oneOf(RESULTS),
    notificationTarget: textOrNullOf(at("notificationTarget"), FORMATS.NOTIFICATION_TARGET),
  };
}

function serviceOf(one: unknown, path: string, fail: Fail): ServiceFacts {
  const at = objectOf(one, path, SERVICE_KEYS, fail);
  const [tasks, mode] = [at("tasks"), at("networkMode")];
  return {
    ...placeOf(at),
    cluster: textOf(at("cluster"), FORMATS.ECS_NAME),
    name: textOf(at("name"), FORMATS.ECS_NAME),
    desired: at("desired").number(0) ?? 1,
    minimumHealthyPercent: at("minimumHealthyPercent").number(0) ?? 100,
    maximumPercent: at("maximumPercent").number(0),
    balanced: at("balanced").flag(),
    daemon: at("daemon").flag(),
    stopTimeout: at("stopTimeout").number(1),
    targetGroups: textsOf(at("targetGroups"), FORMATS.BALANCER_NAME),
    alternate: textOrNullOf(at("alternate"), FORMATS.BALANCER_NAME),
    classicLoadBalancers: textsOf(at("classicLoadBalancers"), FORMATS.BALANCER_NAME),
    latticeTargetGroups: textsOf(at("latticeTargetGroups"), FORMATS.REFERENCE),
    discovery: textsOf(at("discovery"), FORMATS.REFERENCE),
    addresses: at("addresses").oneOf(ADDRESSES),
    networkMode: mode.value === undefined || mode.value === null ? null : mode.oneOf(NETWORK_MODES),
    tasks: tasks.value === undefined || tasks.value === null ? null : textsOf(tasks, FORMATS.INSTANCE_ID),
  };
}

function taskOf(one: unknown, path: string, fail: Fail): TaskFacts {
  const at = objectOf(one, path, TASK_KEYS, fail);
  return {
    ...placeOf(at),
    cluster: textOf(at("cluster"), FORMATS.ECS_NAME),
    family: textOf(at("family"), FORMATS.ECS_NAME),
    stopTimeout: at("stopTimeout").number(1),
    instances: textsOf(at("instances"), FORMATS.INSTANCE_ID),
  };
}

/**
 * Limits of the delay:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
 */
function targetGroupOf(one: unknown, path: string, fail: Fail): TargetGroupFacts {
  const at = objectOf(one, path, TARGET_GROUP_KEYS, fail);
  const balancer = at("loadBalancer");
  return {
    ...placeOf(at),
    name: textOf(at("name"), FORMATS.BALANCER_NAME),
    type: at("type").oneOf(TARGET_TYPES),
    port: at("port").number(1, 65_535) ?? 80,
    protocol: at("protocol").textOrNull(),
    deregistrationDelay: at("deregistrationDelay").number(0, 3_600) ?? 300,
    loadBalancer: balancer.value === undefined || balancer.value === null ? null : balancer.oneOf(BALANCERS),
    targets: at("targets").list((target, where): TargetFacts => {
      const of = objectOf(target, where, ["id", "port"], fail);
      return {
        id: textOf(of("id"), FORMATS.TARGET),
        port: of("port").number(1, 65_535) ?? fail(`${where}.port`, null, "a port"),
      };
    }),
  };
}

function classicOf(one: unknown, path: string, fail: Fail): ClassicFacts {
  const at = objectOf(one, path, ["name", "instances", ...PLACE], fail);
  return {
    ...placeOf(at),
    name: textOf(at("name"), FORMATS.BALANCER_NAME),
    instances: textsOf(at("instances"), FORMATS.INSTANCE_ID),
  };
}
