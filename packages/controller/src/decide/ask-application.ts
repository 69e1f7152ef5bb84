import type { PlannedStep } from "./plan.ts";
import { type Ground, step } from "./stage.ts";

/** Asks the application on the instance to drain, in the ways that the policy names. */
export function askApplication(ground: Ground): PlannedStep[] {
  return callHook(ground);
}

function callHook({ facts, t, actions }: Ground): PlannedStep[] {
  if (actions.drainHook === null) return [];
  const { port, path, tokenRef, timeout, networks } = actions.drainHook;
  const address = facts === null ? null : (facts.instance?.privateIp ?? null);
  if (facts !== null && address === null) return [];
  const params = { address, port, path, tokenRef, timeout, networks };
  return [step("ask", "http-drain-hook", params, { notBefore: t.start, abandonAt: t.end })];
}
