import type { Ms } from "../../clock.ts";
import type { WithheldCode } from "../../model/alert.ts";
import type { Doc } from "../../model/doc.ts";
import type { Silence } from "../../model/silence.ts";
import type { Told } from "../message/member.ts";
import type { Suppress } from "./suppressed.ts";

/** Some of an alert's members that people are not told of now, and why. */
export interface Withheld {
  readonly code: WithheldCode;
  /** For people. It says the same as long as the reason is the same, since each change of it is put down. */
  readonly text: string;
  readonly members: readonly Told[];
  /** The only channel that is not told; null where none is. */
  readonly channel: string | null;
}

/** What goes through the pipeline. */
export interface Passing {
  readonly members: readonly Told[];
  /** Names of the channels that are told. */
  readonly channels: readonly string[];
  readonly withheld: readonly Withheld[];
  /** When it may be otherwise although nothing happens; null where nobody knows. */
  readonly again: Ms | null;
}

/** What stages decide by. */
export interface Look {
  readonly alert: Doc<"alert">;
  /** Other alerts that the first of its members has joined. */
  readonly others: readonly Doc<"alert">[];
  readonly silences: readonly (Silence & { readonly id: string })[];
  readonly suppress: Suppress;
  /** Container instances of a cluster (by ARN) that are active and not doomed, as far as is known. */
  readonly activeIn: (cluster: string) => number;
  /** Somebody was told of this alert. */
  readonly told: boolean;
  /** All of its members have an outcome. */
  readonly over: boolean;
  readonly now: Ms;
}

/** Pure. Goes on with some of what came in, and says why not with the rest. */
export type Stage = (passing: Passing, look: Look) => Passing;
