import type { ServiceName } from "@spotkeeper/simulator";
import { type Dice, type Dimensions, several } from "./dice.ts";
import type { PlaceItem } from "./places.ts";

export const OUTAGE_KINDS = [
  "ledger full",
  "ledger away",
  "archive away",
  "channel refuses",
  "channel asks to wait",
  "channel loses its answer",
  "channel is slow",
  "region unreachable",
  "service throttled",
  "service never answers",
] as const;
export type OutageKind = (typeof OUTAGE_KINDS)[number];

/** Something that fails for a while, for all callers. */
export interface OutageItem {
  readonly kind: OutageKind;
  /** Seconds after the beginning. */
  readonly from: number;
  /** The duration in seconds. */
  readonly lasts: number;
  /** The unreachable place, or the AWS service that is throttled or never answers; else null. */
  readonly of: string | null;
}

const SERVICES: readonly ServiceName[] = ["ec2", "autoscaling", "ecs", "elasticloadbalancingv2"];

export const outagesOf = (dice: Dice, places: readonly PlaceItem[]): OutageItem[] =>
  dice.may("outages") ? several(dice, 2, () => outageItem(dice, places)) : [];

const outageItem = ({ random }: Dice, places: readonly PlaceItem[]): OutageItem => {
  const kind = random.pick(OUTAGE_KINDS);
  const from = random.int(random.pick([10, 120, 600]));
  const lasts = random.pick([5, 40, 90, 300]);
  return { kind, from, lasts, of: whatOf(kind, random.pick(places).name, random.pick(SERVICES)) };
};

const whatOf = (kind: OutageKind, place: string, service: string): string | null =>
  kind === "region unreachable" ? place : OF_SERVICE.has(kind) ? service : null;

const OF_SERVICE: ReadonlySet<OutageKind> = new Set(["service throttled", "service never answers"]);

export const OUTAGE_DIMENSIONS: Dimensions<readonly OutageItem[]> = Object.fromEntries(
  OUTAGE_KINDS.map((kind) => [kind, (outages: readonly OutageItem[]) => outages.some((one) => one.kind === kind)]),
);
