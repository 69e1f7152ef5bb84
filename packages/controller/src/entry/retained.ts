import type { AutoScalingGroup } from "../aws/calls/auto-scaling.ts";
import type { Place } from "../aws/ask.ts";
import type { Ms } from "../clock.ts";
import { membershipOf } from "../respond/group/member.ts";
import type { SignalOf } from "../model/signal.ts";

/**
 * Makes signals about instances that groups retain, from a listing of groups: a hook can time out hours after the
 * incident was over, and AWS sends no event about the retained instance. The signal's id is equal each time, so each
 * instance counts once.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/manage-retained-instances.html
 */
export const retainedIn = (
  { account, region }: Place,
  groups: readonly AutoScalingGroup[],
  at: Ms,
): SignalOf<"termination-result">[] =>
  groups.flatMap((group) =>
    group.instances
      .filter(({ state }) => membershipOf(state) === "retained")
      .map(({ id }) => ({
        kind: "termination-result",
        id: `retained/${id}`,
        subject: { type: "instance", id },
        account,
        region,
        availabilityZone: null,
        at,
        timeKnown: true,
        receivedAt: at,
        source: "sweep",
        action: null,
        deadline: null,
        group: group.name,
        ok: false,
        cause: null,
        retained: true,
      })),
  );
