import { type Config, parseConfig, type Policy, SpotkeeperError } from "@spotkeeper/controller";

type PolicySection = Config["policy"];
type ActionName = keyof PolicySection["defaults"];

/** The actions of a rule or of the defaults, as a user writes them. */
export type WrittenActions = { readonly [name in ActionName]?: unknown };

export interface WrittenRule {
  readonly name: string;
  readonly match?: { readonly [key: string]: unknown };
  readonly do: WrittenActions;
}

/** The section `policy` of a config, as a user writes it: plain JSON, where missing keys have their default. */
export interface WrittenPolicy {
  readonly dryRun?: boolean;
  readonly tag?: { readonly name?: string; readonly required?: boolean };
  readonly defaults?: WrittenActions;
  readonly rules?: readonly WrittenRule[];
  readonly clusters?: { readonly [key: string]: unknown };
}

/** What a policy demands of the worker, and what it forbids. */
interface Judged {
  readonly replace: "never" | "detach" | "raise";
  readonly onRebalance: "ignore" | "alert" | "drain" | "replace";
  readonly holdLast: boolean;
  readonly replaceCap: number;
  /** What the policy lets the worker do. */
  readonly may: May;
  /** In seconds. */
  readonly holdHooks: number;
  /** Whether On-Demand capacity may replace Spot for a time. */
  readonly onDemand: boolean;
}

/** The policy of a world. */
export interface SwarmPolicy extends Judged {
  /** Null for a user's policy, which is never reduced. */
  readonly written: WrittenPolicy | null;
}

/** The last one means: rules or keys differ, so nothing is demanded and nothing is forbidden. */
export type May = "everything" | "not deregister" | "not drain" | "nothing" | "only say it" | "as its rules say";

/** Parses a policy with the config's loader. Throws SK-CONFIG-INVALID if no user could write it. */
export const readPolicy = (written: WrittenPolicy): PolicySection =>
  parseConfig(JSON.stringify({ policy: written }), "the generated policy").policy;

/** Makes the policy of a world. Throws as `readPolicy` does. */
export const policyFrom = (written: WrittenPolicy): SwarmPolicy => ({ ...judged(readPolicy(written)), written });

/** Makes the policy of a world from a user's one. */
export const judgedBy = (policy: PolicySection): SwarmPolicy => ({ ...judged(policy), written: null });

/** Returns all values of an action: the default, and those of rules that set it. */
export const allOf = <N extends ActionName>(
  { defaults, rules }: Policy,
  name: N,
): readonly PolicySection["defaults"][N][] => [
  defaults[name],
  ...rules.flatMap(({ do: said }) => {
    const value: PolicySection["defaults"][N] | undefined = said[name];
    return value === undefined ? [] : [value];
  }),
];

/** Actions that, in a rule, make it hard to judge from outside what should have been done. */
export const DECIDES: readonly ActionName[] = [
  "act",
  "dryRun",
  "handsOn",
  "deregister",
  "drain",
  "stopTasks",
  "hooks",
  "completeLaunching",
  "drainHook",
];

function judged({ rules, defaults }: PolicySection): Judged {
  const { act, dryRun, deregister, drain, stopTasks, replace, holdLast, replaceCap, holdHooks, onDemand } = defaults;
  // A dry run of the whole policy is set in each rule, with the same value.
  const varies = rules.some((rule) => DECIDES.some((key) => key in rule.do && rule.do[key] !== defaults[key]));
  const answers = new Set([defaults.onRebalance, ...rules.flatMap((rule) => rule.do.onRebalance ?? [])]);
  const may = ((): May => {
    if (varies || (act && !dryRun && (!stopTasks || (!deregister && !drain)))) return "as its rules say";
    if (!act) return "nothing";
    if (dryRun) return "only say it";
    return deregister ? (drain ? "everything" : "not drain") : "not deregister";
  })();
  return {
    replace,
    // An action that one rule allows counts as allowed.
    onRebalance: answers.has("drain") || answers.has("replace") ? "drain" : defaults.onRebalance,
    holdLast,
    replaceCap,
    may,
    holdHooks: holdHooks / 1_000,
    onDemand: onDemand !== null,
  };
}

/** Yields the policy without one of its values, each in turn, if that is valid. */
export function* smallerPolicies(written: WrittenPolicy): Generator<SwarmPolicy> {
  for (const smaller of without(written)) {
    const policy = legal(smaller);
    if (policy !== null) yield policy;
  }
}

function legal(written: WrittenPolicy): SwarmPolicy | null {
  try {
    return policyFrom(written);
  } catch (error) {
    if (error instanceof SpotkeeperError && error.code === "SK-CONFIG-INVALID") return null;
    throw error;
  }
}

function* without<T extends object>(value: T): Generator<T> {
  for (const key of Object.keys(value)) {
    const { [key as keyof T]: _, ...rest } = value;
    yield rest as T;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (Array.isArray(inner)) {
      for (const index of inner.keys()) if (inner.length > 1) yield { ...value, [key]: inner.toSpliced(index, 1) };
      for (const [index, item] of inner.entries())
        if (typeof item === "object" && item !== null)
          for (const smaller of without(item as object)) yield { ...value, [key]: inner.with(index, smaller) };
    } else if (typeof inner === "object" && inner !== null)
      for (const smaller of without(inner as object)) yield { ...value, [key]: smaller };
  }
}
