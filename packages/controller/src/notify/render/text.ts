import type { AlertMember, AlertModel } from "../alert.ts";
import { plural } from "../count.ts";

export interface TextOptions {
  readonly mostMembers: number;
  /** Of the whole text in UTF-8; members that do not fit are counted. */
  readonly mostBytes: number;
}

/** Room for the line that says how much was cut. */
const CUT_LINE = 80;

/** An alert as plain text, one line each: first what dies, then what it costs, what is done, what to do, and who. */
export function renderText(model: AlertModel, { mostMembers, mostBytes }: TextOptions): readonly string[] {
  const lines = [
    model.headline,
    ...model.stakes.map((line) => `  at stake: ${line}`),
    ...model.doing.map((line) => `  ${line}`),
    ...model.ask.map((line) => `  please ${line}`),
    ...model.missing.map((line) => `  not known: ${line}`),
    ...(model.earliestDeadline === null ? [] : [`  deadline ${time(model.earliestDeadline)}`]),
    `  where: ${where(model)}`,
  ];
  let bytes = lines.reduce((sum, line) => sum + size(line), 0);
  let shown = 0;
  for (const member of model.members) {
    const line = `  - ${memberLine(member)}`;
    bytes += size(line);
    if (shown === mostMembers || bytes + CUT_LINE > mostBytes) break;
    lines.push(line);
    shown += 1;
  }
  const cut = model.members.length - shown;
  if (cut > 0) lines.push(`  and ${plural(cut, "more incident")}, not shown here`);
  return lines;
}

const size = (line: string): number => Buffer.byteLength(line) + 1;

const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

function where({ group }: AlertModel): string {
  const { account, region, cluster, group: scaling } = group;
  const named = [
    cluster === null ? null : `cluster ${cluster.slice(cluster.lastIndexOf("/") + 1)}`,
    cluster === null && scaling !== null ? `group ${scaling}` : null,
    region,
    account === null ? null : `account ${account}`,
  ].filter((one) => one !== null);
  return named.length === 0 ? "not known" : named.join(", ");
}

function memberLine(member: AlertMember): string {
  const { subject, name, type, availabilityZone, deadline, outcome, marginSeconds, group } = member;
  const left = marginSeconds === null ? "" : ` with ${Math.floor(marginSeconds)} s to spare`;
  const late = marginSeconds !== null && marginSeconds < 0 ? ` ${Math.ceil(-marginSeconds)} s late` : left;
  const state = outcome === null ? (deadline === null ? "open" : `until ${time(deadline)}`) : `${outcome}${late}`;
  return [subject, name, type, availabilityZone, group, state].filter((one) => one !== null).join("  ");
}
