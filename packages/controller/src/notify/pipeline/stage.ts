import type { Ms } from "../../clock.ts";
import type { SuppressionReason } from "../../model/alert.ts";
import type { Doc } from "../../model/doc.ts";
import type { Silence } from "../../model/silence.ts";
import type { MemberSource } from "../message/member.ts";
import type { Route } from "../route.ts";
import type { Suppress } from "./suppress-settings.ts";

/** Members of an alert that are suppressed now, with the reason. */
export interface Suppression {
  readonly code: SuppressionReason;
  /** The reason for people. It must be equal as long as the reason is the same, since each change is journaled. */
  readonly text: string;
  readonly members: readonly MemberSource[];
  /** The only channel that is suppressed; null means all channels. */
  readonly channel: string | null;
}

/** The data that passes through the pipeline. */
export interface Passing {
  readonly members: readonly MemberSource[];
  /** Names of the channels that get the alert. */
  readonly channels: readonly string[];
  readonly withheld: readonly Suppression[];
  /** When the result may change without an event; null means not known. */
  readonly again: Ms | null;
}

/** The inputs of the stages. */
export interface StageInput {
  readonly alert: Doc<"alert">;
  /** Other alerts that the first member has joined. */
  readonly others: readonly Doc<"alert">[];
  readonly silences: readonly (Silence & { readonly id: string })[];
  readonly suppress: Suppress;
  readonly route: Pick<Route, "name" | "activeTimes">;
  /** All open incidents; only needed if there are rules that inhibit. */
  readonly open: readonly MemberSource[];
  /** Returns the number of container instances of a cluster (by ARN) that are known to be active and not doomed. */
  readonly activeIn: (cluster: string) => number;
  /** Whether this alert was delivered on any channel. */
  readonly delivered: boolean;
  /** Whether all members have an outcome. */
  readonly over: boolean;
  readonly now: Ms;
}

/** A stage: passes some members or channels on, and suppresses the others with a reason. Pure. */
export type Stage = (passing: Passing, input: StageInput) => Passing;
