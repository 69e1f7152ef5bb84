import { SpotkeeperError } from "@spotkeeper/controller";
import { describeWant, type Field, listOf, objectOf } from "./field.ts";

/** A group of the fleet that `--facts` describes; what is left out is chosen. */
export interface GroupFacts {
  readonly name: string;
  readonly account: string | null;
  readonly region: string | null;
  /** The ECS cluster that its instances join; null: none. */
  readonly cluster: string | null;
  readonly instances: readonly { readonly id: string; readonly zone?: string; readonly type?: string }[];
  /** At least as many as there are instances. */
  readonly desired: number | null;
  readonly max: number | null;
  readonly type: string;
  /** Names of terminating hooks. */
  readonly hooks: readonly string[];
  readonly capacityRebalance: boolean;
  readonly tags: { readonly [name: string]: string };
}

export interface ServiceFacts {
  readonly cluster: string;
  readonly name: string;
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  /** Behind a load balancer. */
  readonly balanced: boolean;
  readonly daemon: boolean;
  /** Seconds. */
  readonly stopTimeout: number | null;
}

export interface FleetFacts {
  readonly groups: readonly GroupFacts[];
  readonly services: readonly ServiceFacts[];
}

const GROUP_KEYS = [
  "name",
  "account",
  "region",
  "cluster",
  "instances",
  "desired",
  "max",
  "type",
  "hooks",
  "capacityRebalance",
  "tags",
];
const SERVICE_KEYS = ["cluster", "name", "desired", "minimumHealthyPercent", "balanced", "daemon", "stopTimeout"];

/** Reads the fleet that `--facts` names: JSON. Throws SK-INPUT-FACTS, which names the key, what it got and what it wants. */
export function readFacts(text: string, file: string): FleetFacts {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SpotkeeperError("SK-INPUT-FACTS", `${file} is no JSON: ${String(cause)}.`, { cause });
  }
  const fail = (path: string, got: unknown, want: string): never => {
    throw new SpotkeeperError("SK-INPUT-FACTS", `${file}: ${path}: got ${describeWant(got)}, wants ${want}.`);
  };
  const root = objectOf(value, "the facts", ["groups", "services"], fail);
  return {
    groups: listOf(root("groups").value ?? [], "groups", fail).map((one, index) =>
      groupOf(one, `groups[${index}]`, fail),
    ),
    services: listOf(root("services").value ?? [], "services", fail).map((one, index) => {
      const at = objectOf(one, `services[${index}]`, SERVICE_KEYS, fail);
      return {
        cluster: at("cluster").text(),
        name: at("name").text(),
        desired: at("desired").number(0) ?? 1,
        minimumHealthyPercent: at("minimumHealthyPercent").number(0) ?? 100,
        balanced: at("balanced").flag(),
        daemon: at("daemon").flag(),
        stopTimeout: at("stopTimeout").number(1),
      };
    }),
  };
}

function groupOf(one: unknown, path: string, fail: Field["fail"]): GroupFacts {
  const at = objectOf(one, path, GROUP_KEYS, fail);
  const tags = Object.entries(at("tags").value ?? {}).map(([name, value]) => [name, String(value)] as const);
  return {
    name: at("name").text(),
    account: at("account").textOrNull(),
    region: at("region").textOrNull(),
    cluster: at("cluster").textOrNull(),
    instances: listOf(at("instances").value ?? [], `${path}.instances`, fail).map((instance, index) => {
      if (typeof instance === "string") return { id: instance };
      const known = objectOf(instance, `${path}.instances[${index}]`, ["id", "zone", "type"], fail);
      const [zone, type] = [known("zone").textOrNull(), known("type").textOrNull()];
      return { id: known("id").text(), ...(zone === null ? {} : { zone }), ...(type === null ? {} : { type }) };
    }),
    desired: at("desired").number(0),
    max: at("max").number(0),
    type: at("type").textOrNull() ?? "m5.large",
    hooks: listOf(at("hooks").value ?? [], `${path}.hooks`, fail).map(String),
    capacityRebalance: at("capacityRebalance").flag(),
    tags: Object.fromEntries(tags),
  };
}
