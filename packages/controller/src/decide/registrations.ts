import type { Target } from "../aws/calls/elb.ts";
import type { TargetFact } from "../enrich/facts.ts";
import type { Params } from "../model/plain.ts";

/** Returns a target's key within its target group. */
export const nameOf = ({ id, port }: Target): string => `${id} ${port ?? ""}`;

/**
 * Maximum number of targets in a document. With more, a step contains `*`: all targets of the group that are known when
 * it runs.
 */
const MOST = 120;
const ALL = "*";

/** @param ofAll total number of the incident's targets */
export const shortly = (targets: readonly Target[], ofAll: number): string[] =>
  ofAll > MOST ? [ALL] : registrationsOf(targets);

/**
 * Encodes targets for a step, one text per port: `8080 10.0.0.7 10.0.0.9`. Compact, since an instance can have a
 * hundred targets. `-` is the target group's own port; `8080@all` contains the zone of the registration, and
 * `10.0.0.7#0x…` the server id for QUIC.
 */
function registrationsOf(targets: readonly Target[]): string[] {
  const byPort = Map.groupBy(targets, ({ port, availabilityZone }) => {
    return `${port ?? "-"}${availabilityZone ? `@${availabilityZone}` : ""}`;
  });
  const named = ({ id, quicServerId }: Target): string => (quicServerId ? `${id}#${quicServerId}` : id);
  return [...byPort].map(([port, all]) => [port, ...all.map(named)].join(" "));
}

/**
 * Decodes the targets of a step from its `params`; invalid items are ignored.
 *
 * @param known all known targets, of all target groups
 */
export function registrationsIn({ targetGroupArn, targets }: Params, known: readonly TargetFact[]): Target[] {
  if (!Array.isArray(targets)) return [];
  if (targets.includes(ALL)) return known.filter((one) => one.targetGroupArn === targetGroupArn);
  return targets.flatMap((one: unknown) => {
    if (typeof one !== "string") return [];
    const [place = "-", ...names] = one.split(" ");
    const [port, zone] = place.split("@");
    return names.map((name) => {
      const [id = "", server] = name.split("#");
      return {
        id,
        port: port === "-" ? null : Number(port),
        ...(zone === undefined ? {} : { availabilityZone: zone }),
        ...(server === undefined ? {} : { quicServerId: server }),
      };
    });
  });
}
