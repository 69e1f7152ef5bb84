import { type Config, parseConfig, type Policy, SpotkeeperError } from "@spotkeeper/controller";

type PolicySection = Config["policy"];
type ActionName = keyof PolicySection["defaults"];

/** What a rule or the defaults say, as a user writes it. */
export type WrittenActions = { readonly [name in ActionName]?: unknown };

export interface WrittenRule {
  readonly name: string;
  readonly match?: { readonly [key: string]: unknown };
  readonly do: WrittenActions;
}

/** The section `policy` of a config, as a user writes it. Plain JSON; what is left out is as by default. */
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
  /** Seconds. */
  readonly holdHooks: number;
  /** On-Demand for a time where Spot has no capacity. */
  readonly onDemand: boolean;
}

/** The policy of a world. */
export interface SwarmPolicy extends Judged {
  /** Null: a user's own, which stays as it is. */
  readonly written: WrittenPolicy | null;
}

/** The last one: rules or keys differ, so that nothing is demanded and nothing forbidden. */
export type May = "everything" | "not deregister" | "not drain" | "nothing" | "only say it" | "as its rules say";

/** The policy as the config's own loader reads it. Throws SK-CONFIG-INVALID for what no user could write. */
export const readPolicy = (written: WrittenPolicy): PolicySection =>
  parseConfig(JSON.stringify({ policy: written }), "the generated policy").policy;

/** The policy of a world that is written so. Throws what `readPolicy` throws. */
export const policyFrom = (written: WrittenPolicy): SwarmPolicy => ({ ...judged(readPolicy(written)), written });

/** A user's policy, as far as it decides what must be done and what must not. */
export const judgedBy = (policy: PolicySection): SwarmPolicy => ({ ...judged(policy), written: null });

/** All that a policy says of something: by default, and in each rule that says something of it. */
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

/** Keys of a rule that make it hard to say from outside what should have been done. */
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
  // A dry run of the whole policy stands in each rule, and differs from nothing.
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
    // What one rule drains may be drained.
    onRebalance: answers.has("drain") || answers.has("replace") ? "drain" : defaults.onRebalance,
    holdLast,
    replaceCap,
    may,
    holdHooks: holdHooks / 1_000,
    onDemand: onDemand !== null,
  };
}

/** The policy without one of the things that it says, each in turn, where that is legal. */
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
