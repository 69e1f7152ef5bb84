import type { Ms } from "../clock.ts";
import { iso, type Notice } from "../notice.ts";

/** The identity of this instance, from its identity document. */
export interface Identity {
  readonly instanceId: string;
  readonly region: string;
  readonly accountId: string;
  readonly availabilityZone: string;
}

/** The `source` of the agent's events. EventBridge accepts `aws.…` only from AWS itself. */
export const EVENT_SOURCE = "spotkeeper.agent";

export interface AgentEvent {
  readonly id: string;
  readonly detailType: string;
  readonly time: string;
  readonly detail: { readonly [field: string]: string | boolean | number | null };
}

/** When a notice was found withdrawn, in ISO 8601, and whether the stopped work was resumed. */
export interface Withdrawal {
  readonly at: string;
  readonly resumed: boolean;
}

/**
 * - `watching`: an agent runs here and will report notices and drains
 * - `draining`, `done`: a drain is in progress; it is over
 * - `passive`: the group terminates the instance, and this agent does not drain for that
 */
export type WorkState = "watching" | "draining" | "done" | "passive";

/** A report about the work on this instance. The controller answers a lifecycle hook when the work is over. */
export interface WorkReport {
  /** Distinguishes several agents on one instance. */
  readonly agent: string;
  /** Grows with each report. The highest number counts, in whatever order reports arrive. */
  readonly sequence: number;
  readonly state: WorkState;
  /** The kind of notice that is drained for, and the outcome of the drain. */
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
 * Returns the event for a notice, in the form that AWS sends, so that it joins the same incident and nothing is drained
 * twice. Returns null for kinds of notice that the controller learns from AWS in more detail. `time` is the time of the
 * warning (deadline less two minutes), and the id is the same in each repetition.
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
 * Returns the event for a withdrawn notice, about which AWS sends nothing. Returns null if the notice itself was not
 * reported.
 */
export function withdrawalOf(notice: Notice, { at, resumed }: Withdrawal, identity: Identity): AgentEvent | null {
  const told = eventOf(notice, identity);
  if (told === null) return null;
  const detail = { "instance-id": identity.instanceId, resumed };
  return { id: `${told.id}-withdrawn`, detailType: "Spot Notice Withdrawn", time: at, detail };
}

/** Puts the event into EventBridge's envelope, for the controller's HTTP API. */
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

/**
 * Parses the identity document; returns null if a field is missing
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html).
 */
export function identityOf(document: string): Identity | null {
  try {
    const { instanceId, region, accountId, availabilityZone } = JSON.parse(document) as { [field: string]: unknown };
    if (![instanceId, region, accountId, availabilityZone].every((field) => typeof field === "string")) return null;
    return { instanceId, region, accountId, availabilityZone } as Identity;
  } catch {
    return null;
  }
}
