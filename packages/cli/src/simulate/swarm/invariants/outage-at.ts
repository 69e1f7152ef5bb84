import type { Ms } from "@spotkeeper/simulator";
import { OUTAGE_KINDS, type OutageKind } from "../dimensions/outages.ts";
import type { Scene } from "./scene.ts";

/** An outage has effects for this long after its end: messages are repeated, retries wait, other services catch up. */
const SHOWS_FOR: Ms = 120_000;
/** The worker leaves a failed channel alone for up to five minutes. */
const CHANNEL_SHOWS_FOR: Ms = 600_000;

const showsFor = (kind: OutageKind): Ms => (kind.startsWith("channel") ? CHANNEL_SHOWS_FOR : SHOWS_FOR);

/** Returns true if an outage of these kinds was active between two instants, or shortly before. */
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
