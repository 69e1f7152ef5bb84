import type { Ms } from "../clock.ts";
import type { ServiceImpact, Missing } from "../enrich/facts.ts";
import type { Key } from "../model/key.ts";
import type { Outcome } from "../model/incident.ts";
import type { Plain } from "../model/plain.ts";
import type { Action, SignalKind } from "../model/signal.ts";

/** What an alert is about: incidents of one cluster, else of one Auto Scaling group, else of one account and region. */
export interface AlertGroup {
  readonly account: string | null;
  readonly region: string | null;
  /** ARN or name. */
  readonly cluster: string | null;
  readonly group: string | null;
}

/** One instance or task, as people are told of it. */
export interface AlertMember {
  readonly incident: Key;
  readonly subject: string;
  readonly kinds: readonly SignalKind[];
  readonly action: Action | null;
  readonly name: string | null;
  readonly type: string | null;
  readonly availabilityZone: string | null;
  readonly group: string | null;
  readonly cluster: string | null;
  readonly deadline: Ms | null;
  readonly mode: "act" | "dry-run" | "observe";
  /** What is being done or was done, and what could not be and why. */
  readonly doing: readonly string[];
  readonly missing: readonly Missing[];
  readonly standaloneTasks: number;
  readonly daemonTasks: number;
  readonly outcome: Outcome | null;
  /** Left on the clock when it was drained; negative when it was late. */
  readonly marginSeconds: number | null;
  readonly replacedAfterSeconds: number | null;
  /** Where its timeline can be read; null where nobody said at which address (`show.url`). */
  readonly link: string | null;
}

/** The one typed value that every channel renders. */
export interface AlertModel {
  readonly key: Key;
  readonly generation: number;
  readonly phase: "receipt" | "update" | "outcome";
  /** "3 of m5.large in eu-west-1b are reclaimed, 94 s left" */
  readonly headline: string;
  /** "checkout keeps 1 of 4 tasks, below its minimum of 2" */
  readonly stakes: readonly string[];
  readonly doing: readonly string[];
  /** What a person should do; empty when nothing. */
  readonly ask: readonly string[];
  /** What could not be learnt, and why: "targets of 3: access denied". */
  readonly missing: readonly string[];
  readonly severity: "info" | "warning" | "critical";
  readonly group: AlertGroup;
  readonly members: readonly AlertMember[];
  readonly impact: readonly ServiceImpact[];
  readonly openedAt: Ms;
  readonly earliestDeadline: Ms | null;
  readonly storm: boolean;
  /** Where it can be read: its only incident, or the list of them; null as for a member. */
  readonly link: string | null;
}

/**
 * How much must change before a channel is told again between receipt and outcome: `full` for machines and messages that
 * are edited in place; `material` (who is in it, what is at stake, what is asked) where each update is one more message.
 */
export type Detail = "material" | "full";

/** Where people are told. A driver file has one shape: name, options schema, factory. */
export interface Channel {
  readonly updates: Detail;
  /** What the service takes of us, as it documents; null where it says nothing. */
  readonly pace: Pace | null;
  /**
   * Sends or updates; the receipt of the last send of the same alert comes back as `previous` (null: none yet). Stops when
   * `signal` is aborted. Strings of the model are clean (clean.ts); what a format needs beyond that is the channel's.
   */
  send(model: AlertModel, previous: Plain, signal: AbortSignal): Promise<SendResult>;
}

/** One send every `every` milliseconds; up to `burst` that were saved up at once. */
export interface Pace {
  readonly every: Ms;
  readonly burst: number;
}

export type SendResult =
  | { readonly is: "sent"; readonly receipt: Plain }
  /** `after`: as long as the other side asked us to wait (milliseconds from now); null where it did not say. */
  | { readonly is: "retry"; readonly reason: string; readonly after: Ms | null }
  /** Never retried by itself: what is sent is wrong, a topic is gone; or `credentials`, which may have been rotated. */
  | { readonly is: "refused"; readonly reason: string; readonly because: "credentials" | "request" };
