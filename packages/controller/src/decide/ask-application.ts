import type { PlannedStep } from "./plan.ts";
import { type Ground, step } from "./stage.ts";
import type { Timing } from "./timing.ts";

/** Asks the application on the instance to drain, in the ways that the policy names. */
export function askApplication(ground: Ground): PlannedStep[] {
  return [...callHook(ground), ...runCommand(ground)];
}

function callHook({ facts, t, actions }: Ground): PlannedStep[] {
  if (actions.drainHook === null) return [];
  const { port, path, tokenRef, timeout, networks } = actions.drainHook;
  const address = facts === null ? null : (facts.instance?.privateIp ?? null);
  if (facts !== null && address === null) return [];
  const params = { address, port, path, tokenRef, timeout, networks };
  return [step("ask", "http-drain-hook", params, budgetOf(t))];
}

/** It is asked while the instance lives, and no longer waited for than the margin allows. */
const budgetOf = ({ start, actUntil, end }: Timing): Pick<PlannedStep, "notBefore" | "abandonAt" | "waitsUntil"> => ({
  notBefore: start,
  abandonAt: actUntil,
  waitsUntil: end,
});

/** The command is sent once; that it ends is waited for apart, so that a worker's crash meanwhile loses nothing. */
function runCommand({ facts, t, actions, incident }: Ground): PlannedStep[] {
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
 * The parameter of a group: `{group}` stands for its name. Null where that makes no name of a parameter.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
function pathOf(path: string, group: string | null): string | null {
  if (!path.includes(GROUP)) return path;
  return group !== null && /^[\w.-]+$/.test(group) ? path.replaceAll(GROUP, group) : null;
}

const GROUP = "{group}";
