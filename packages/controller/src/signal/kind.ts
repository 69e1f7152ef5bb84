import type { SignalKind, SignalOf } from "../model/signal.ts";
import type { Event, Read } from "./event.ts";

/** All that a kind of signal means, whoever asks. Each field is required: a new kind decides every one. */
export interface Kind<K extends SignalKind> {
  /** The (source, detail-type) pairs of the events that it is read from. */
  readonly events: readonly (readonly [source: string, detailType: string])[];
  readonly parse: (event: Event) => Read<K>;
  /**
   * How early it tells of an end: a warning, `minutes` before it; an announcement, hours or weeks `ahead`, of an end that
   * may never come; null: it is no notice.
   */
  readonly notice: "minutes" | "ahead" | null;
  /** Whether one says that its subject ends (or has ended), or that it lives; null: neither. */
  readonly says: (signal: SignalOf<K>) => "ends" | "lives" | null;
  /** 0 to 6. A first action answers the most urgent signal that was heard by then. */
  readonly urgency: number;
  /**
   * Whether its time tells of which interruption it is. False where the time is by the clock of the instance, which may be
   * wrong, and the signal is sent at once.
   */
  readonly isDated: boolean;
  /**
   * Whether EC2 knows the instance while one is sent, be it ending: one that is terminated is shown for about an hour.
   * False where it may be sent later than that, or is about no instance.
   * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
   */
  readonly whileKnown: boolean;
  /** One plain sentence for the timeline. Times are UTC. */
  readonly describe: (signal: SignalOf<K>) => string;
}
