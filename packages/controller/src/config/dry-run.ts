import type { Policy } from "../decide/policy.ts";

/** Makes a policy a dry run, which no rule can turn off. */
export function asDryRun<P extends Policy>(policy: P): P {
  return {
    ...policy,
    defaults: { ...policy.defaults, dryRun: true },
    rules: policy.rules.map((rule) => ({ ...rule, do: { ...rule.do, dryRun: true } })),
  };
}
