import type { PlannedStep } from "./plan.ts";
import { type PlanInput, step } from "./stage.ts";
import type { Timing } from "./timing.ts";

/** Plans the requests to the application on the instance to drain: HTTP hook and Run Command, as the policy says. */
export function askApplication(input: PlanInput): PlannedStep[] {
  return [...callHook(input), ...runCommand(input)];
}

function callHook({ facts, t, actions }: PlanInput): PlannedStep[] {
  if (actions.drainHook === null) return [];
  const { port, path, tokenRef, timeout, networks } = actions.drainHook;
  const address = facts === null ? null : (facts.instance?.privateIp ?? null);
  if (facts !== null && address === null) return [];
  const params = { address, port, path, tokenRef, timeout, networks };
  return [step("ask", "http-drain-hook", params, budgetOf(t))];
}

/**
 * Returns the time limits: the application is asked as long as the instance runs, and awaited until the margin before
 * the deadline.
 */
const budgetOf = ({ start, actUntil, end }: Timing): Pick<PlannedStep, "notBefore" | "abandonAt" | "waitsUntil"> => ({
  notBefore: start,
  abandonAt: actUntil,
  waitsUntil: end,
});

/**
 * Plans Run Command. The command is sent once; another step waits for its end, so that a worker's crash loses nothing.
 */
function runCommand({ facts, t, actions, incident }: PlanInput): PlannedStep[] {
  if (actions.ssm === null || incident.subject.type === "task") return [];
  const { document, parameters, parameterPath } = actions.ssm;
  const path = parameterPath === null ? null : pathOf(parameterPath, facts?.groupName ?? null);
  const params = { instanceId: incident.subject.id, document, parameters, parameterPath: path };
  const command = step("command", "ssm-run-command", params, budgetOf(t));
  return [
    command,
    step("await-command", "await-command", { command: command.id }, { after: [command.id], abandonAt: t.end }),
  ];
}

/**
 * Returns the parameter path for a group; `{group}` is replaced by its name. Returns null if the result is no valid
 * parameter name. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
function pathOf(path: string, group: string | null): string | null {
  if (!path.includes(GROUP)) return path;
  return group !== null && /^[\w.-]+$/.test(group) ? path.replaceAll(GROUP, group) : null;
}

const GROUP = "{group}";
