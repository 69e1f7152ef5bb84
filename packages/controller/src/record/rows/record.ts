import type { Ms } from "../../clock.ts";
import type { IncidentRow } from "./row.ts";

/** A field of an exported record. Times are ISO 8601 in UTC; lists are joined by `;`. */
export type Field = string | number | null;

/** The fields of a record, in the order of columns. The first nine have the names that others' dashboards know. */
const FIELDS = {
  timestamp: ({ timestamp }) => iso(timestamp),
  instance_id: ({ instanceId }) => instanceId,
  instance_name: ({ instanceName }) => instanceName,
  instance_type: ({ instanceType }) => instanceType,
  asg_name: ({ group }) => group,
  region: ({ region }) => region,
  availability_zone: ({ availabilityZone }) => availabilityZone,
  private_ip: ({ privateIp }) => privateIp,
  public_ip: ({ publicIp }) => publicIp,
  incident: ({ key }) => key.slice("incident#".length),
  task_arn: ({ taskArn }) => taskArn,
  account: ({ account }) => account,
  zone_id: ({ zoneId }) => zoneId,
  cluster: ({ cluster }) => cluster,
  services: ({ services }) => services.join(";"),
  kinds: ({ kinds }) => kinds.join(";"),
  action: ({ action }) => action,
  mode: ({ mode }) => mode,
  outcome: ({ outcome }) => outcome,
  opened_at: ({ openedAt }) => iso(openedAt),
  noticed_at: ({ noticedAt }) => iso(noticedAt),
  deadline: ({ deadline }) => iso(deadline),
  first_action_at: ({ firstActionAt }) => iso(firstActionAt),
  drained_at: ({ drainedAt }) => iso(drainedAt),
  gone_at: ({ goneAt }) => iso(goneAt),
  serves_at: ({ servesAt }) => iso(servesAt),
  cancelled_at: ({ cancelledAt }) => iso(cancelledAt),
  closed_at: ({ closedAt }) => iso(closedAt),
  uptime_seconds: ({ uptimeSeconds }) => uptimeSeconds,
  lead_seconds: ({ leadSeconds }) => leadSeconds,
  spare_seconds: ({ spareSeconds }) => spareSeconds,
  replacement_seconds: ({ replacementSeconds }) => replacementSeconds,
  slowest_step: ({ slowestStep }) => slowestStep,
  slowest_seconds: ({ slowestSeconds }) => slowestSeconds,
} as const satisfies Readonly<Record<string, (row: IncidentRow) => Field>>;

export const recordFields: readonly string[] = Object.keys(FIELDS);

/** Makes the record of a row, as exports have it. */
export function toRecord(row: IncidentRow): Readonly<Record<string, Field>> {
  return Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [name, field(row)]));
}

const iso = (time: Ms | null): string | null => (time === null ? null : new Date(time).toISOString());
