import type { AlertModel } from "@spotkeeper/controller";
import type { Ms } from "@spotkeeper/simulator";
import type { Scene, SentAlert } from "./scene.ts";
import { MAY_DEREGISTER, MAY_DRAIN } from "./family.ts";
import { NOTICE } from "./world-record.ts";

type Member = AlertModel["members"][number];

/** EventBridge's times are whole seconds. */
const WHOLE: Ms = 1_000;
/** The time from evaluating an alert to its sending, if nothing is frozen. */
const SENDING: Ms = 2_000;

/** The same with a slow channel. */
export const SLOW_CHANNEL: Ms = 15_000;

/**
 * Returns times in an alert that differ from the world: when an instance ends, how long until then, how much time was
 * left.
 */
export function wrongTimes({ alert, at }: SentAlert, scene: Scene): string[] {
  const open = alert.members.filter(({ outcome }) => outcome === null);
  const deadlines = open.flatMap(({ deadline }) => deadline ?? []);
  const earliest = deadlines.length === 0 ? null : Math.min(...deadlines);
  return [
    ...alert.members.flatMap((one) => [...wrongDeadline(one, scene), ...wrongMargin(one, scene)]),
    ...wrongLeft(alert, at, deadlines, scene),
    ...(alert.earliestDeadline === earliest ? [] : ["the earliest deadline is not that of its instances"]),
  ];
}

/** Checks a deadline against the warning, whose time is in whole seconds. */
function wrongDeadline({ subject, kinds, deadline, outcome }: Member, { fleet, births }: Scene): string[] {
  const known = fleet.world.oracle.factsOf(subject);
  if (deadline === null || known === undefined || outcome === "outdated") return [];
  // A warning of an earlier life has its own deadline.
  if (deadline < (births[0] ?? 0)) return [];
  if (!kinds.includes("spot-interruption")) return [`${subject}: a deadline was told that nobody set`];
  const { warnedAt } = known;
  if (warnedAt === null) return [`${subject}: a deadline was told, and EC2 has not warned`];
  const early = (known.deadline ?? warnedAt + NOTICE) - deadline;
  return early >= 0 && early < WHOLE ? [] : [`${subject}: its deadline was told ${early} ms too early`];
}

/** Seconds that a Cloud Map operation, or a daemon that stops last, may still take after our call. */
const ON_ITS_WAY = 5;

/** Checks that no more time to spare is reported than there was when the last task and registration were gone. */
function wrongMargin({ subject, outcome, marginSeconds, deadline }: Member, { spec, fleet }: Scene): string[] {
  const known = fleet.world.oracle.factsOf(subject);
  if (outcome !== "drained" || marginSeconds === null || deadline === null || known === undefined) return [];
  // An instance that somebody else ended first is not watched to its end.
  if (known.diedAt === null && fleet.world.instances.get(subject)?.state !== "running") return [];
  const emptied = Math.max(
    (MAY_DRAIN.has(spec.policy.may) ? known.emptyAt : null) ?? 0,
    (MAY_DEREGISTER.has(spec.policy.may) ? known.deregisteredAt : null) ?? 0,
  );
  const most = (deadline - emptied) / 1_000;
  return marginSeconds <= most + ON_ITS_WAY ? [] : [`${subject}: ${marginSeconds} s were said to be left, of ${most}`];
}

const LEFT = /, (\d+) (s|min|h|days) left/;
const SECONDS: { readonly [unit: string]: number } = { s: 1, min: 60, h: 3_600, days: 86_400 };

/** Checks "94 s left" in the headline: the deadline of one of the instances, less the time of writing. */
function wrongLeft({ headline }: AlertModel, at: Ms, deadlines: readonly Ms[], { spec }: Scene): string[] {
  const [, count, unit] = LEFT.exec(headline) ?? [];
  if (count === undefined || unit === undefined) return [];
  const scale = SECONDS[unit] ?? 1;
  const held =
    spec.lives.reduce((sum, { kind, pause }) => sum + (kind === "frozen" ? pause * 1_000 : 0), 0) +
    spec.outages.reduce((sum, { kind }) => sum + (kind === "channel is slow" ? SLOW_CHANNEL : 0), 0);
  // A wrong clock is corrected by the `Date` header of AWS's answers, which has whole seconds.
  const off = spec.clocks.length === 0 ? 0 : WHOLE / 1_000;
  const isSo = deadlines.some((deadline) => {
    const [least, most] = [(deadline - at) / 1_000, (deadline - at + held + SENDING) / 1_000];
    const told = Number(count) * scale;
    return told >= least - scale - off && told <= most + (scale === 1 ? 0 : scale / 2);
  });
  return isSo
    ? []
    : [`"${headline}" was sent when ${deadlines.map((one) => (one - at) / 1_000).join(", ")} s were left`];
}
