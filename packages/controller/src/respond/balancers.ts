import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import { classicOfGroup, latticeOfGroup } from "../enrich/registrations.ts";
import { placeOf } from "./step-input.ts";
import type { Context } from "./responder.ts";

/** A load balancer of a group, and the targets that it sends requests to. */
export interface Balancer {
  readonly name: string;
  readonly healthy: ReadonlySet<string>;
  /** Nothing sends requests to it, so its health is not relevant. */
  readonly idle: boolean;
}

/** Cached by group object, so that all waiting steps share one read. */
const known = new WeakMap<AutoScalingGroup, Promise<readonly Balancer[]>>();

/**
 * Reads the Classic load balancers and VPC Lattice target groups of a group; cached for the group object. Rejects if
 * AWS fails.
 */
export function otherBalancers(group: AutoScalingGroup, ctx: Context): Promise<readonly Balancer[]> {
  const had = known.get(group);
  if (had !== undefined) return had;
  const looked = look(group, ctx);
  known.set(group, looked);
  // After a failure the next call reads again.
  looked.catch(() => known.delete(group));
  return looked;
}

/**
 * States in which a VPC Lattice target gets requests. It is `UNAVAILABLE` if its group has no health checks, and
 * `UNUSED` if no service uses its group.
 * https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-group-health-checks.html
 * https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetSummary.html
 */
const TAKES_REQUESTS: ReadonlySet<string> = new Set(["HEALTHY", "UNAVAILABLE"]);

async function look(group: AutoScalingGroup, ctx: Context): Promise<readonly Balancer[]> {
  const at = placeOf(ctx.doc);
  const ask = { purpose: "poll", deadline: ctx.deadline } as const;
  const classic = classicOfGroup(group).map(async (name) => {
    const states = [...(await ctx.aws.classicElb.instances(at, name, ask))];
    const healthy = new Set(states.flatMap(([id, state]) => (state === "InService" ? [id] : [])));
    return { name, healthy, idle: false };
  });
  const lattice = latticeOfGroup(group).map(async (arn) => {
    const staying = (await ctx.aws.lattice.targets(at, arn, ask)).filter(({ status }) => status !== "DRAINING");
    const healthy = new Set(staying.filter(({ status }) => TAKES_REQUESTS.has(status)).map(({ id }) => id));
    const idle = staying.length > 0 && staying.every(({ status }) => status === "UNUSED");
    return { name: arn.split("/").at(-1) ?? arn, healthy, idle };
  });
  return Promise.all([...classic, ...lattice]);
}
