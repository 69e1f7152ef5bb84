import type { AlertModel } from "@spotkeeper/controller";
import type { Instance } from "@spotkeeper/simulator";
import type { May } from "../swarm-policy.ts";
import type { Ended } from "./scene.ts";

/** Policies by which the worker may leave instances running. */
const MAY_NOT_END: ReadonlySet<May> = new Set(["nothing", "only say it", "as its rules say"]);

/**
 * Returns true if docs/drain.md allows a detached or retained instance to run on: AWS refuses to end it and people were
 * told to end it themselves; or its group retains it, and it is not ours or the policy forbids to act.
 */
export function mayRunOn(
  { id, member, disableApiTermination }: Instance,
  { spec, fleet, told, refused }: Pick<Ended, "spec" | "fleet" | "told" | "refused">,
): boolean {
  if (member?.state === "Terminating:Retained")
    return MAY_NOT_END.has(spec.policy.may) || fleet.notOurs.includes(member.group);
  return disableApiTermination && isLeftToPeople(id, [...told, ...refused]);
}

const isLeftToPeople = (instanceId: string, alerts: readonly AlertModel[]): boolean =>
  alerts.some(
    ({ members, doing }) =>
      members.some(({ subject }) => subject === instanceId) &&
      doing.some((line) => line.includes("runs on outside its group; please end it")),
  );
