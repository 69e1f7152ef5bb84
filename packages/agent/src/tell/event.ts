import type { Ms } from "../clock.ts";
import { iso, type Notice } from "../notice.ts";

/** Which instance this is, as its identity document says. */
export interface Identity {
  readonly instanceId: string;
  readonly region: string;
  readonly accountId: string;
  readonly availabilityZone: string;
}

/** The source of the agent's events: `aws.` is AWS's own (EventBridge refuses it from others). */
export const EVENT_SOURCE = "spotkeeper.agent";

export interface AgentEvent {
  readonly id: string;
  readonly detailType: string;
  readonly time: string;
  readonly detail: { readonly [field: string]: string | boolean | number | null };
}

/** When a notice was seen to be gone, in ISO 8601, and whether the work that had stopped for it goes on again. */
export interface Withdrawal {
  readonly at: string;
  readonly resumed: boolean;
}

/**
 * - `watching`: it tells of an end, and of the work here, once there is one
 * - `draining`, `done`: the work here is brought to its end; it is over
 * - `passive`: the group ends the instance, and no work is brought to its end for that
 */
export type WorkState = "watching" | "draining" | "done" | "passive";

/** What the controller is told of the work on this instance, so that a lifecycle hook is answered when it is over. */
export interface WorkReport {
  /** Tells agents on one instance apart. */
  readonly agent: string;
  /** Counts up: of two reports the later one counts, in whatever order they arrive. */
  readonly sequence: number;
  readonly state: WorkState;
  /** What is drained for, and how that ended. */
  readonly because: string | null;
  readonly outcome: string | null;
  readonly at: string;
}

export const workEvent = ({ at, ...more }: WorkReport, { instanceId }: Identity): AgentEvent => ({
  id: `${instanceId}-${more.agent}-${more.sequence}`,
  detailType: "Agent State-change Notification",
  time: at,
  detail: { "instance-id": instanceId, ...more },
});

const WARNING: Ms = 120_000;

/**
 * What the controller is told of a notice: the event that AWS sends for it, so that it joins the same incident and drains
 * nothing twice; null for notices that the controller hears of in better words. Its `time` is that of the warning, two
 * minutes before the deadline, and its id is the same however often it is told.
 */
export function eventOf({ kind, action, deadline, noticedAt }: Notice, { instanceId }: Identity): AgentEvent | null {
  switch (kind) {
    case "interruption": {
      const time = deadline === null || action === "hibernate" ? noticedAt : iso(Date.parse(deadline) - WARNING);
      const detail = { "instance-id": instanceId, "instance-action": action ?? "terminate" };
      return { id: `${instanceId}-${time}`, detailType: "EC2 Spot Instance Interruption Warning", time, detail };
    }
    case "rebalance":
      return {
        id: `${instanceId}-${noticedAt}`,
        detailType: "EC2 Instance Rebalance Recommendation",
        time: noticedAt,
        detail: { "instance-id": instanceId },
      };
    case "scheduled-event":
    case "termination":
    case "task-stop":
    case "signal":
    case "request":
    case "drill":
      return null;
  }
}

/**
 * What the controller is told of a notice that went away again, which AWS says nowhere else; null: it was not told of its
 * coming.
 */
export function withdrawalOf(notice: Notice, { at, resumed }: Withdrawal, identity: Identity): AgentEvent | null {
  const told = eventOf(notice, identity);
  if (told === null) return null;
  const detail = { "instance-id": identity.instanceId, resumed };
  return { id: `${told.id}-withdrawn`, detailType: "Spot Notice Withdrawn", time: at, detail };
}

/** In EventBridge's envelope, for the controller's own door. */
export const enveloped = ({ id, detailType, time, detail }: AgentEvent, identity: Identity): object => ({
  version: "0",
  id,
  "detail-type": detailType,
  source: EVENT_SOURCE,
  account: identity.accountId,
  time,
  region: identity.region,
  resources: [`arn:aws:ec2:${identity.availabilityZone}:instance/${identity.instanceId}`],
  detail,
});

/** Reads the identity document (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html). */
export function identityOf(document: string): Identity | null {
  try {
    const { instanceId, region, accountId, availabilityZone } = JSON.parse(document) as { [field: string]: unknown };
    if (![instanceId, region, accountId, availabilityZone].every((field) => typeof field === "string")) return null;
    return { instanceId, region, accountId, availabilityZone } as Identity;
  } catch {
    return null;
  }
}
