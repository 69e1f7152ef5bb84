import type { Policy } from "../decide/policy.ts";

/** The policy as a dry run: a safety catch, which no rule takes off. */
export function asDryRun<P extends Policy>(policy: P): P {
  return {
    ...policy,
    defaults: { ...policy.defaults, dryRun: true },
    rules: policy.rules.map((rule) => ({ ...rule, do: { ...rule.do, dryRun: true } })),
  };
}
