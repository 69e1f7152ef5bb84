import type { Target } from "../aws/aws.ts";
import type { TargetFact } from "../enrich/facts.ts";
import type { Params } from "../record/doc.ts";

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
 * document is small. `-` is the target group's own port.
 */
function registrationsOf(targets: readonly Target[]): string[] {
  const byPort = Map.groupBy(targets, ({ port }) => port ?? "-");
  return [...byPort].map(([port, all]) => [port, ...all.map(({ id }) => id)].join(" "));
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
    const [port, ...ids] = one.split(" ");
    return ids.map((id) => ({ id, port: port === "-" ? null : Number(port) }));
  });
}
