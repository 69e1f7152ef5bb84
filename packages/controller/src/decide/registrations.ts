import type { Target } from "../aws/calls/elb.ts";
import type { TargetFact } from "../enrich/facts.ts";
import type { Params } from "../model/plain.ts";

/** A target's name within its target group. */
export const nameOf = ({ id, port }: Target): string => `${id} ${port ?? ""}`;

/** More than a document has room for: then a step says `*`, all that are known of its target group when it runs. */
const MOST = 120;
const ALL = "*";

/** @param ofAll how many targets the incident has in all */
export const shortly = (targets: readonly Target[], ofAll: number): string[] =>
  ofAll > MOST ? [ALL] : registrationsOf(targets);

/**
 * Targets as a step keeps them: `8080 10.0.0.7 10.0.0.9`, one text a port, since an instance can carry a hundred and a
 * document is small. `-` is the target group's own port; `8080@all` names the zone that they are registered with, and
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
 * The targets that a step of a target group is about, from its `params`; what is none is left out.
 *
 * @param known all that are known now, of any target group
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
