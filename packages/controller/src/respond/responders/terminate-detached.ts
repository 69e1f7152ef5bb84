import { AwsFailure } from "../../aws/failure.ts";
import type { Ms } from "../../clock.ts";
import { READS_LAG } from "../../correlate/stale-reads.ts";
import { type Membership, membershipOf } from "../group/member.ts";
import { placeOf, shown, text } from "../step-input.ts";
import type { Responder, Result } from "../responder.ts";
import { doneBy } from "../write.ts";

const POLL: Ms = 15_000;

/**
 * Terminates an instance that we detached, since no group does. Safe to repeat. Checks first that it is not in its
 * group any more.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
 */
export const terminateDetached: Responder = {
  repeat: "safe",
  nature: "acts",
  phrase: "terminate what was detached",
  isShown: false,
  empties: null,
  undoneBy: null,
  byHand: false,
  withoutLedger: true,
  title: (step) => `terminate ${shown(step, "instanceId")}, which was detached`,
  async run(step, ctx) {
    const at = placeOf(ctx.doc);
    const id = text(step, "instanceId");
    const ask = { purpose: "act", deadline: ctx.deadline } as const;
    const member = (await ctx.aws.autoScaling.memberships(at, [id], ask)).get(id);
    if (member !== undefined && STAYS.has(membershipOf(member.state)))
      return { is: "skip", reason: `it is still in its group (${member.state})` };
    try {
      return doneBy(await ctx.aws.ec2.terminateInstance(at, id, ask));
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.fields.retryable) throw error;
      if (error.fields.kind === "not-found") return unlessItComes(step.startedAt ?? ctx.now, ctx.now);
      // For example termination protection, which only a person can change.
      return { is: "skip", reason: `${NOT_ENDED}, and runs on outside its group; please end it: ${error.message}` };
    }
  },
};

/**
 * Waits until EC2's answer "not found" cannot be stale: it "does not mean that the instance is or will be terminated".
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
const unlessItComes = (since: Ms, now: Ms): Result =>
  now < since + READS_LAG
    ? { is: "wait", until: now + POLL, reason: "EC2 does not know it, which does not say that it has ended" }
    : { is: "done", receipt: { requestId: null, at: now, already: true }, note: "EC2 knows it no more" };

/** Begin of the reason for an instance that keeps running, billed and in no group. */
export const NOT_ENDED = "it could not be ended";

const STAYS: ReadonlySet<Membership> = new Set(["coming", "in-service", "renewing", "aside", "warm"]);
