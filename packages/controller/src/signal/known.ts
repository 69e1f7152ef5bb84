import type { Kind } from "./kind.ts";
import { EVIDENCE_EVENTS } from "./evidence.ts";
import { kinds } from "./index.ts";
import type { SignalKind } from "../model/signal.ts";

export type AnyKind = { readonly [K in SignalKind]: Kind<K> }[SignalKind];

/** What is known of a detail-type: who sends it, and what reads it; null: it is evidence, or asks for nothing. */
export interface KnownEvent {
  readonly source: string;
  readonly parser: AnyKind | null;
}

/**
 * Well known, and nothing to be done: that capacity has been reclaimed, which the owner of the source reservation is told
 * afterwards (AWS's pages spell it in three ways; its instances were warned one by one), and that a Capacity Block begins.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-interruptible-cr.html
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

/** By detail-type, which AWS never uses for two sources. */
export const knownEvents: ReadonlyMap<string, KnownEvent> = new Map<string, KnownEvent>([
  ...[...EVIDENCE_EVENTS, ...NOTHING_TO_DO].map(
    ([source, detailType]) => [detailType, { source, parser: null }] as const,
  ),
  ...Object.values(kinds).flatMap((parser: AnyKind) =>
    parser.events.map(([source, detailType]) => [detailType, { source, parser }] as const),
  ),
]);
