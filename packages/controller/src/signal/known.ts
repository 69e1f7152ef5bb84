import type { Kind } from "./kind.ts";
import { EVIDENCE_EVENTS } from "./evidence.ts";
import { kinds } from "./index.ts";
import type { SignalKind } from "../model/signal.ts";

export type AnyKind = { readonly [K in SignalKind]: Kind<K> }[SignalKind];

/** A known detail-type: its source, and its parser; null if it is evidence, or needs no action. */
export interface KnownEvent {
  readonly source: string;
  readonly parser: AnyKind | null;
}

/**
 * Known events that need no action: that capacity has been reclaimed (the owner of the source reservation gets it
 * afterwards; AWS's pages spell it in three ways; its instances had their own warnings), and that a Capacity Block
 * begins. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-interruptible-cr.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-monitor.html
 */
const NOTHING_TO_DO = [
  ["aws.ec2", "EC2 Interruptible Capacity Reservation Allocation Reclamation Completed"],
  ["aws.ec2", "EC2 Capacity Reservation Allocation Reclamation Completed"],
  ["aws.ec2", "EC2 Capacity Reservation Interruptible Reclamation Complete"],
  ["aws.ec2", "Capacity Block Delivered"],
  ["aws.ec2", "Capacity Block Reservation Delivered"],
] as const;

export const isNothingToDo = (detailType: string): boolean => NOTHING_TO_DO.some(([, name]) => name === detailType);

/** All known events by detail-type; AWS uses no detail-type for two sources. */
export const knownEvents: ReadonlyMap<string, KnownEvent> = new Map<string, KnownEvent>([
  ...[...EVIDENCE_EVENTS, ...NOTHING_TO_DO].map(
    ([source, detailType]) => [detailType, { source, parser: null }] as const,
  ),
  ...Object.values(kinds).flatMap((parser: AnyKind) =>
    parser.events.map(([source, detailType]) => [detailType, { source, parser }] as const),
  ),
]);
