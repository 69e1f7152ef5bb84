import type { Ms } from "@spotkeeper/simulator";
import { OUTAGE_KINDS, type OutageKind } from "../dimensions/outages.ts";
import type { Scene } from "./ended.ts";

/** What went wrong in an outage can show for so long after it: messages come again, tries are paused, others catch up. */
const SHOWS_FOR: Ms = 120_000;
/** A channel that failed is left alone for up to five minutes, and told then. */
const CHANNEL_SHOWS_FOR: Ms = 600_000;

const showsFor = (kind: OutageKind): Ms => (kind.startsWith("channel") ? CHANNEL_SHOWS_FOR : SHOWS_FOR);

/** Whether something of these kinds did not work at some time from one instant to another, or just before. */
export const wasOut = (
  { spec, began }: Pick<Scene, "spec" | "began">,
  from: Ms,
  to: Ms,
  kinds: readonly OutageKind[] = OUTAGE_KINDS,
): boolean =>
  spec.outages.some((one) => {
    const [begins, ends] = [began + one.from * 1_000, began + (one.from + one.lasts) * 1_000];
    return kinds.includes(one.kind) && begins <= to && ends + showsFor(one.kind) >= from;
  });
