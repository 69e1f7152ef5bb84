import type { SignalKind, SignalOf } from "../model/signal.ts";
import type { Event, Read } from "./event.ts";

/** All properties of a kind of signal. Each field is required: a new kind must decide every one. */
export interface Kind<K extends SignalKind> {
  /** The (source, detail-type) pairs of the events that the kind is parsed from. */
  readonly events: readonly (readonly [source: string, detailType: string])[];
  readonly parse: (event: Event) => Read<K>;
  /**
   * How long before the end the signal comes. `minutes`: a warning. `ahead`: an announcement, hours or weeks before an
   * end that may never come. Null means not a notice.
   */
  readonly notice: "minutes" | "ahead" | null;
  /** Whether the signal means that its subject ends (or has ended), or that it runs; null means neither. */
  readonly implies: (signal: SignalOf<K>) => "ends" | "lives" | null;
  /**
   * 0 to 6. The reaction time of an incident is measured from the most urgent signal received before its first action.
   */
  readonly urgency: number;
  /**
   * Whether the signal's time can assign it to an interruption. False if the time is from the instance's clock, which
   * may be wrong.
   */
  readonly isDated: boolean;
  /**
   * Whether EC2 still lists the instance when the signal is sent: a terminated instance is listed for about an hour.
   * False if the signal may be sent later, or is about no instance.
   * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
   */
  readonly instanceListed: boolean;
  /** One plain sentence for the timeline. Times are UTC. */
  readonly describe: (signal: SignalOf<K>) => string;
}
