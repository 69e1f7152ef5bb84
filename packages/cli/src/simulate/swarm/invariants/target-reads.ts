import type { Call, Ms, Simulator, Target } from "@spotkeeper/simulator";

/** What the worker could see of targets before it deregistered them itself. */
export interface TargetReads {
  /**
   * Returns true if the worker could not know that a person had deregistered a target at that time: it did not read the
   * target's health between that and its own call, and the delay is too short, or the two calls are too close to each
   * other, to tell from the end of the delay. docs/drain.md, "When a notice is cancelled"
   */
  areBlind(target: Target, at: Ms): boolean;
}

/** Calls this close to each other cannot be told apart by the end of the delay: docs/drain.md. */
const NEAR: Ms = 5_000;

/** Records the calls that read targets, and those that deregister them. */
export function watchTargetReads(simulator: Pick<Simulator, "onCall">): TargetReads {
  const looked = new Map<string, Ms[]>();
  const deregistered = new Map<string, Ms[]>();
  simulator.onCall((call, phase) => {
    const arn = call.input["TargetGroupArn"];
    if (typeof arn !== "string") return;
    if (call.operation === "DescribeTargetHealth" && phase === "after") add(looked, arn, call.at);
    if (call.operation === "DeregisterTargets" && phase === "before")
      for (const target of targetsOf(call)) add(deregistered, `${arn} ${target}`, call.at);
  });
  return {
    areBlind({ group, id, port }, at) {
      const all = [
        ...(deregistered.get(`${group.arn} ${id}:${port}`) ?? []),
        ...(deregistered.get(`${group.arn} ${id}`) ?? []),
      ];
      const ours = Math.min(...all.filter((one) => one >= at));
      if (ours === Infinity || (looked.get(group.arn) ?? []).some((one) => one > at && one < ours)) return false;
      return group.deregistrationDelay <= NEAR || ours - at <= NEAR;
    },
  };
}

const add = (to: Map<string, Ms[]>, key: string, at: Ms): void => void to.set(key, [...(to.get(key) ?? []), at]);

/** Returns the targets in a call: an id, with its port if there is one. */
function targetsOf({ input }: Call): string[] {
  const targets = input["Targets"];
  return (Array.isArray(targets) ? targets : []).flatMap((one) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
    const { Id: id, Port: port } = one as { readonly Id?: unknown; readonly Port?: unknown };
    if (typeof id !== "string") return [];
    return [typeof port === "number" || typeof port === "string" ? `${id}:${port}` : id];
  });
}
