import type { AutoScalingGroup } from "../../aws/calls/auto-scaling.ts";
import type { Ms } from "../../clock.ts";
import type { Fallback, Group, OnDemand } from "../../model/group.ts";
import type { Plain } from "../../model/plain.ts";
import { isSettled } from "../machine/steps.ts";
import { ATTENTION, find, mayHaveHappened, type Note, PAY_WITHIN, plan, without, WRITE_WITHIN } from "./body.ts";
import { isBusy } from "./capacity.ts";
import type { Debt } from "./debt.ts";
import { isCapacity } from "./member.ts";

/** A request to raise the group's On-Demand base for a time, because Spot has no capacity. */
export interface FallbackRequest {
  readonly from: number;
  readonly to: number;
  readonly lasts: Ms;
  readonly because: string;
}

const RAISE = "on-demand";
const LOWER = "spot-again";
const LONGEST_REASON = 150;

/**
 * Whether a launch failed because Spot has no capacity, by AWS's message. Other failures (a launch template, a quota)
 * would also fail for On-Demand. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html (its
 * messages are examples; others are assumed)
 */
export const isSpotShortage = (said: string): boolean =>
  /spot/i.test(said) && /capacity|MaxSpotInstanceCountExceeded|SpotMaxPriceTooLow/i.test(said);

/** Returns the number of On-Demand instances in a group; AWS rounds up (assumed). */
const share = (desired: number, base: number, percent: number): number =>
  Math.min(desired, base + Math.ceil((Math.max(0, desired - base) * percent) / 100));

/**
 * Makes a request by which the group's missing instances are launched as On-Demand, as many as the policy allows. Pure.
 * Returns a reason (text) if no fallback is possible.
 *
 * @param had the existing fallback, whose raise counts
 */
export function requestFor(
  group: AutoScalingGroup,
  had: Fallback | null,
  allowed: OnDemand,
  said: string,
): FallbackRequest | string {
  const { onDemand, desired } = group;
  if (onDemand === null) return "the group has no mixed instances policy";
  if (group.counts !== "instances") return `the group counts its capacity in ${group.counts}`;
  if (group.operator !== null) return `only ${group.operator}, its operator, may change the group`;
  if (group.suspendedProcesses.includes("Launch")) return "the group's Launch process is suspended";
  if (had !== null && (had.wanted !== null || had.until === null)) return "a fallback is being set up";
  if (had !== null && had.ours.at(-1) !== onDemand.base) return "somebody else set the group's On-Demand base";
  const active = group.instances.filter(({ state }) => isCapacity(state)).length;
  const before = had?.from ?? onDemand.base;
  const now = share(desired, onDemand.base, onDemand.percent);
  const most = share(desired, before, onDemand.percent) + allowed.most;
  const target = Math.min(now + Math.max(0, desired - active), most, desired);
  if (target <= now) return "no more On-Demand instances are allowed, or none is missing";
  let to = onDemand.base;
  while (share(desired, to, onDemand.percent) < target) to += 1;
  return { from: onDemand.base, to, lasts: allowed.lasts, because: said.slice(0, LONGEST_REASON) };
}

/** Adds the request to the group's document, unless another raise or the lowering is in progress. */
export function withRequest(body: Group, wish: FallbackRequest): Group {
  const { fallback: had } = body;
  if (had !== null && (had.wanted !== null || had.until === null)) return body;
  if (find(body, LOWER) !== undefined) return body;
  const { from, to, lasts, because } = wish;
  const ours = had === null ? [] : had.ours;
  return {
    ...body,
    fallback: { from: had?.from ?? from, ours, wanted: to, until: had?.until ?? null, lasts, because },
  };
}

/** Reads a request from a receipt; returns null if there is none. */
function wishFrom(receipt: Plain): FallbackRequest | null {
  if (receipt === null || typeof receipt !== "object" || !("wish" in receipt)) return null;
  const { wish } = receipt;
  return wish !== null && typeof wish === "object" ? (wish as unknown as FallbackRequest) : null;
}

/**
 * Advances a group's temporary On-Demand fallback. Pure.
 *
 *     requested ─▶ raised ─time is over─▶ lowered again        (another request while raised: raised further)
 *        └─ not written ─▶ unchanged
 *
 * After lowering, the group itself replaces excess On-Demand instances by Spot, launching first: while Spot has no
 * capacity, the On-Demand instance keeps serving.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
 */
export const fallbackDebt: Debt<"fallback"> = {
  advance: (body, note, now) => lower(raise(adopt(body, note), note, now), note, now),
  steps: [RAISE, LOWER],
  wakeAt: ({ until }) => until,
  describe: ({ from }) => `its On-Demand base, which was ${from}`,
};

/** Takes requests from the receipts of steps that watch replacements. */
function adopt(body: Group, note: Note): Group {
  let next = body;
  const steps = body.steps.map((step) => {
    const wish = step.id.startsWith("serving:") ? wishFrom(step.receipt) : null;
    if (wish === null) return step;
    const wished = withRequest(next, wish);
    if (wished !== next) note(`falling back to On-Demand for a time: ${wish.because}`);
    next = wished;
    return { ...step, receipt: null };
  });
  return { ...next, steps };
}

function raise(body: Group, note: Note, now: Ms): Group {
  const { fallback } = body;
  if (fallback === null || fallback.wanted === null || find(body, LOWER) !== undefined) return body;
  const { wanted } = fallback;
  const step = find(body, RAISE);
  if (step === undefined) {
    if (isBusy(body)) return body;
    const params = { group: body.name, from: [fallback.ours.at(-1) ?? fallback.from], to: wanted };
    return plan(body, { id: RAISE, responder: "set-on-demand-base", params, abandonAt: now + WRITE_WITHIN });
  }
  if (!isSettled(step)) return body;
  const next = without(body, RAISE);
  if (step.state === "done" || mayHaveHappened(step)) {
    const until = now + fallback.lasts;
    note(`On-Demand base raised from ${fallback.from} to ${wanted}, until ${new Date(until).toISOString()}`);
    return { ...next, fallback: { ...fallback, ours: [...fallback.ours, wanted], wanted: null, until } };
  }
  note(`no fallback to On-Demand: ${step.reason ?? step.state}`);
  return { ...next, fallback: fallback.until === null ? null : { ...fallback, wanted: null } };
}

function lower(body: Group, note: Note, now: Ms): Group {
  const { fallback } = body;
  if (fallback === null || fallback.until === null || fallback.until > now) return body;
  const step = find(body, LOWER);
  if (step === undefined) {
    if (fallback.wanted !== null || isBusy(body)) return body;
    const params = { group: body.name, from: fallback.ours, to: fallback.from };
    return plan(body, { id: LOWER, responder: "set-on-demand-base", params, abandonAt: now + PAY_WITHIN });
  }
  if (!isSettled(step)) return body;
  const why = step.reason === null ? "" : `: ${step.reason}`;
  if (step.state === "abandoned")
    note(`the On-Demand base could not be lowered to ${fallback.from} again${why}; please lower it`, ATTENTION);
  else note(`On-Demand base: back at ${fallback.from}${why}`);
  return { ...without(body, LOWER), fallback: null };
}
