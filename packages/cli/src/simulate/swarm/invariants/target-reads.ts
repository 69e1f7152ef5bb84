import type { Call, Ms, Simulator, Target } from "@spotkeeper/simulator";

/** What the worker could see of the targets of target groups before it deregistered them itself. */
export interface Looks {
  /**
   * Whether nothing could tell the worker that a person had deregistered a target at some time: it did not look between
   * that and its own call, and the delay is over at once, or the two calls are too near each other for its end to tell.
   * docs/drain.md, "When a notice is cancelled"
   */
  areBlind(target: Target, at: Ms): boolean;
}

/** So near to each other that the end of the delay does not tell one from the other: docs/drain.md. */
const NEAR: Ms = 5_000;

/** Watches the calls that look at targets, and those that deregister them. */
export function watchLooks(simulator: Pick<Simulator, "onCall">): Looks {
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

/** The targets that a call names: an id, and a port where it says one. */
function targetsOf({ input }: Call): string[] {
  const targets = input["Targets"];
  return (Array.isArray(targets) ? targets : []).flatMap((one) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
    const { Id: id, Port: port } = one as { readonly Id?: unknown; readonly Port?: unknown };
    if (typeof id !== "string") return [];
    return [typeof port === "number" || typeof port === "string" ? `${id}:${port}` : id];
  });
}
