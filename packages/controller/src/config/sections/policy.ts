import { z } from "zod";
import { defaultActions, defaultPolicy, PRIVATE_NETWORKS } from "../../decide/defaults.ts";
import type { Actions, Policy } from "../../decide/policy.ts";
import { defaultOverrides, type Overrides } from "../../enrich/overrides.ts";
import { isRange } from "../../http/addresses.ts";
import { commandParameters, documentName } from "../../respond/run-command.ts";
import { asDryRun } from "../dry-run.ts";
import { duration, flag, list, number, oneOf, secret, text, whole } from "../../fields.ts";
import { given, matcher } from "./matcher.ts";
import { resolvable } from "./resolvable.ts";

const drainHook = z
  .strictObject({
    port: whole(1, 65_535),
    path: z.string().regex(/^\/[^\s]*$/, { error: "a path that begins with /" }),
    token: secret().optional(),
    timeout: duration("100ms", "2m").prefault("5s"),
    networks: list(
      z.string().refine(isRange, { error: "an address or a range of addresses, such as 10.0.0.0/8" }),
      "networks",
      1,
      20,
    ).default([...PRIVATE_NETWORKS]),
  })
  .superRefine(resolvable)
  .transform(({ token, ...rest }) => ({ ...rest, tokenRef: token ?? null }));

/** Maximum size of parameters, since steps contain them. */
const MOST_PARAMETERS = 2_000;

const runCommand = z
  .strictObject({
    document: documentName.nullable().default(null),
    parameters: commandParameters
      .refine((all) => JSON.stringify(all).length <= MOST_PARAMETERS, {
        error: `parameters of at most ${MOST_PARAMETERS} characters; keep longer ones in Parameter Store (parameterPath)`,
      })
      .default({}),
    parameterPath: z
      .string()
      .regex(/^\/([\w.-]|\{group\}|\/)+$/, { error: "the path of a parameter, such as /spotkeeper/drain/{group}" })
      .nullable()
      .default(null),
  })
  .refine(({ document, parameterPath }) => document !== null || parameterPath !== null, {
    error: "a document, or a parameterPath that leads to one",
  });

const onDemand = z
  .strictObject({ for: duration("1m", "7d").prefault("1h"), most: whole(1, 1_000).default(1) })
  .transform((said) => ({ lasts: said.for, most: said.most }));

/** The actions of a rule; `policy.defaults` has the same keys. */
const actions = z
  .strictObject({
    act: flag(),
    dryRun: flag(),
    handsOn: flag(),
    deregister: flag(),
    drain: flag(),
    stopTasks: flag(),
    holdLast: flag(),
    replace: oneOf(["never", "detach", "raise"]),
    onRebalance: oneOf(["ignore", "alert", "drain", "replace"]),
    hooks: list(text("the name of a hook"), "names of lifecycle hooks", 0, 100),
    completeLaunching: flag(),
    holdHooks: duration("0s", "2d"),
    heartbeats: flag(),
    margin: duration("0s", "110s"),
    drainWithin: duration("1s", "2h"),
    scheduledLead: duration("0s", "30d"),
    replaceCap: number(0, 1),
    replaceCooldown: duration("0s", "1d"),
    replaceWithin: duration("10s", "1d"),
    onDemand: onDemand.nullable(),
    drainHook: drainHook.nullable(),
    ssm: runCommand.nullable(),
    minimum: number(0, 100_000).nullable(),
  } satisfies { readonly [K in keyof Actions]: z.ZodType<Actions[K]> })
  .partial();

const rule = z.strictObject({
  name: text("the name of the rule", 100),
  match: matcher.prefault({}),
  do: actions,
});

/** Which instances belong to which ECS cluster, if AWS does not show it (enrich/overrides.ts). */
const clusters = z.strictObject({
  groupTag: text("the name of a tag").nullable().default(defaultOverrides.groupTag),
  clusterTag: text("the name of a tag").nullable().default(defaultOverrides.clusterTag),
  names: list(
    z.strictObject({ pattern: text("a pattern of instance names"), cluster: text("the name or ARN of a cluster") }),
    "patterns with clusters",
  ).default([]),
});

/** A policy, and the user's assignment of clusters, which rules need, too. */
export interface PolicySection extends Policy {
  readonly clusters: Overrides;
}

export const policy = z
  .strictObject({
    dryRun: flag().default(defaultActions.dryRun),
    tag: z
      .strictObject({
        name: text("the name of a tag", 128).default(defaultPolicy.tag.name),
        required: flag().default(defaultPolicy.tag.required),
      })
      .prefault({}),
    defaults: actions.prefault({}),
    rules: list(rule, "rules")
      .refine((rules) => new Set(rules.map((one) => one.name)).size === rules.length, {
        error: "rules whose names differ",
      })
      .default([]),
    clusters: clusters.prefault({}),
  })
  .transform((section): PolicySection => {
    const defaults = { ...defaultActions, ...given(section.defaults) };
    const made: PolicySection = {
      tag: section.tag,
      defaults,
      rules: section.rules.map((one) => ({ name: one.name, match: given(one.match), do: given(one.do) })),
      clusters: { ...section.clusters, minimum: defaults.minimum },
    };
    return section.dryRun ? asDryRun(made) : made;
  });
