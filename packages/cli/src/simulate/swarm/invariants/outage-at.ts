import type { Ms } from "@spotkeeper/simulator";
import { OUTAGE_KINDS, type OutageKind } from "../dimensions/outages.ts";
import type { Scene } from "./scene.ts";

/** An outage has effects for this long after its end: messages are repeated, retries wait, other services catch up. */
const SHOWS_FOR: Ms = 120_000;
/** The worker leaves a failed channel alone for up to five minutes. */
const CHANNEL_SHOWS_FOR: Ms = 600_000;

const showsFor = (kind: OutageKind): Ms => (kind.startsWith("channel") ? CHANNEL_SHOWS_FOR : SHOWS_FOR);

type Outages = Pick<Scene, "spec" | "began">;

/** Returns true if an outage of these kinds was active between two instants, or shortly before. */
export const wasOut = (scene: Outages, from: Ms, to: Ms, kinds: readonly OutageKind[] = OUTAGE_KINDS): boolean =>
  kinds.some((kind) => isOut(scene, from - showsFor(kind), to, kind));

/** Returns true if an outage was active between two instants. */
export const isOut = ({ spec, began }: Outages, from: Ms, to: Ms, kind: OutageKind): boolean =>
  spec.outages.some((one) => {
    const [begins, ends] = [began + one.from * 1_000, began + (one.from + one.lasts) * 1_000];
    return one.kind === kind && begins <= to && ends >= from;
  });
