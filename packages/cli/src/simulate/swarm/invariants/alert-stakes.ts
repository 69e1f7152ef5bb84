import type { AlertModel } from "@spotkeeper/controller";
import { containersOf, type Ms } from "@spotkeeper/simulator";
import { allOf } from "../swarm-policy.ts";
import type { Scene, SentAlert } from "./scene.ts";
import { isTheirs } from "./family.ts";
import { isOut } from "./outage-at.ts";
import { SLOW_CHANNEL } from "./alert-times.ts";
import type { Moment, TaskSeen } from "./world-record.ts";
import { serviceKey } from "./world-record.ts";

type Impact = AlertModel["impact"][number];
type Member = AlertModel["members"][number];

/** What people read was asked for at most this long ago (docs/architecture.md, Inventory). */
const FRESH: Ms = 30_000;

/** The instances whose tasks count as lost. */
interface Doomed {
  /** Instances that are certainly going: those of the alert, with a warning from EC2. */
  readonly least: ReadonlySet<string>;
  /** Instances that may count as going: all that something ends. */
  readonly most: ReadonlySet<string>;
}

/** Returns counts in an alert that were not true at any instant between asking AWS and telling people. */
export function wrongCounts({ alert, at }: SentAlert, scene: Scene): string[] {
  // Two workers learn of each other's incidents only from time to time (docs/architecture.md).
  if (scene.spec.workers > 1 || alert.members.some(({ subject }) => isTheirs(scene, subject))) return [];
  const began = alert.openedAt - FRESH;
  const doomed = doomedAt(alert, at, scene);
  return [
    ...(isOfBefore(alert) ? [] : alert.impact.flatMap((one) => wrongImpact(one, at, began, doomed, scene))),
    ...alert.members.flatMap((one) => (one.outcome === null ? wrongTasks(one, began, at, scene) : [])),
    ...leftOut(alert, at, doomed, scene),
  ];
}

/** Returns true if people are told that the numbers are older than the incident. */
const isOfBefore = ({ missing }: AlertModel): boolean =>
  missing.some((line) => /known from before|not looked at anew/.test(line));

function doomedAt({ members }: AlertModel, at: Ms, { fleet, record }: Scene): Doomed {
  const open = members.filter(({ outcome }) => outcome === null);
  const own = open.flatMap(({ subject, kinds }) => {
    const notice = fleet.world.instances.get(subject)?.notice ?? null;
    return kinds.includes("spot-interruption") && notice !== null && notice.reclaimAt !== null ? [subject] : [];
  });
  const all = record.within(at, at).flatMap(({ ending }) => [...ending]);
  return { least: new Set(own), most: new Set([...all, ...own]) };
}

const on = ({ tasks }: Moment, key: string, hosts: ReadonlySet<string>): number =>
  tasks.filter((one) => one.service === key && one.running && one.instance !== null && hosts.has(one.instance)).length;

/** Counts running tasks, and tasks that were told to stop and still run. */
const withStopping = ({ tasks }: Moment, key: string, host: string): number =>
  tasks.filter((one) => one.service === key && (one.running || one.stopping) && one.instance === host).length;

/**
 * Returns the possible minimums of a service: by its deployment configuration, and by each place in the policy:
 * docs/drain.md, `minimum`.
 */
const minimumsOf = (
  { desired, minimum }: { readonly desired: number; readonly minimum: number },
  { policy }: Scene,
): ReadonlySet<number> =>
  new Set([
    minimum,
    ...allOf(policy, "minimum").flatMap((least) =>
      least === null ? [] : least < 1 ? Math.ceil(desired * least) : least,
    ),
  ]);

function wrongImpact(one: Impact, at: Ms, began: Ms, { least, most }: Doomed, scene: Scene): string[] {
  const { record } = scene;
  const key = serviceKey(one.cluster, one.service);
  const asking = (by: Ms): Ms | null => record.askedFor("DescribeServices", [one.cluster, one.service], by);
  const asked = asking(writtenBy(at, scene)) ?? asking(at);
  if (asked === null) return [`${one.service} was told of, and AWS was never asked about it`];
  const moments = record.within(asked, at);
  const wrong: string[] = [];
  const figures = moments.flatMap(({ services }) => services.get(key) ?? []);
  const matches = figures.filter(
    ({ desired, running, pending }) => desired === one.desired && running === one.running && pending === one.pending,
  );
  if (matches.length === 0)
    wrong.push(`${one.service}: ${one.desired} desired, ${one.running} running, ${one.pending} pending were never so`);
  else if (matches.every((match) => !minimumsOf(match, scene).has(one.minimum) || match.daemon !== one.daemon))
    wrong.push(`${one.service} was told with a minimum of ${one.minimum}, which it never had`);
  else if (matches.every(({ definition }) => definition !== one.taskDefinition))
    wrong.push(`${one.service} was told with ${one.taskDefinition}, not with ${matches[0]?.definition}`);
  const going = record.within(began, at);
  const [fewest, largest] = [
    sumOf(least, (id) => Math.min(...going.map((m) => on(m, key, new Set([id]))))),
    sumOf(most, (id) => Math.max(...sinceItGoes(id, began, at, scene).map((m) => withStopping(m, key, id)))),
  ];
  if (one.doomed < Math.min(fewest, one.running) || one.doomed > largest)
    wrong.push(`${one.service}: ${one.doomed} tasks were said to go, of ${fewest} to ${largest}`);
  const range = (id: string): readonly number[] => {
    const seen = hostedSince(id, at, began, scene);
    return record.within(seen, at).map((moment) => on(moment, key, new Set([id])));
  };
  const gone = [sumOf(most, (id) => Math.max(...range(id))), sumOf(least, (id) => Math.min(...range(id)))] as const;
  // AWS answers for the service and for its tasks separately: either both at one instant, or the tasks as they were
  // read last.
  const kept = [
    ...moments.map((moment) => {
      const running = moment.services.get(key)?.running ?? 0;
      return [running - on(moment, key, most), running - on(moment, key, least)] as const;
    }),
    ...figures.map(({ running }) => [running - gone[0], running - gone[1]] as const),
  ];
  if (!kept.some(([low, high]) => low <= one.survives && one.survives <= high))
    wrong.push(
      `${one.service}: ${one.survives} were said to stay, of ${kept.map((both) => both.join(" to ")).join(", then ")}`,
    );
  if (one.belowMinimum !== (!one.daemon && one.survives < one.minimum))
    wrong.push(`${one.service}: below its minimum, or not, was told wrongly`);
  return wrong;
}

/** Returns the moments since an instance began to go: tasks that stopped since count as lost, even if they were replaced. */
const sinceItGoes = (id: string, began: Ms, at: Ms, scene: Scene): readonly Moment[] =>
  scene.record.within(Math.min(began, goesSince(id, at, scene)), at);

/** Returns since when the instance has been going without a break; `at` if it is not going. */
function goesSince(id: string, at: Ms, { record }: Scene): Ms {
  const moments = record.within(0, at);
  const last = moments.findLastIndex(({ ending }) => !ending.has(id));
  return moments[last + 1]?.at ?? at;
}

/** Returns when AWS was last asked for the tasks of an instance; else the begin of the alert. */
function hostedSince(id: string, at: Ms, began: Ms, scene: Scene): Ms {
  const { record, fleet } = scene;
  const instance = fleet.world.instances.get(id);
  const arns = instance === undefined ? [] : containersOf(instance).map(({ arn }) => arn);
  return Math.min(...arns.map((arn) => record.askedFor("ListTasks", [arn], writtenBy(at, scene)) ?? began), at);
}

/** Returns the earliest time at which an alert that people got at `at` may have been written. */
const writtenBy = (at: Ms, scene: Scene): Ms =>
  isOut(scene, at - SLOW_CHANNEL, at, "channel is slow") ? at - SLOW_CHANNEL : at;

const sumOf = (ids: Iterable<string>, count: (id: string) => number): number =>
  [...ids].reduce((sum, id) => sum + count(id), 0);

/** Checks the standalone tasks and the daemons of one instance. */
function wrongTasks(one: Member, began: Ms, at: Ms, scene: Scene): string[] {
  const { subject, standaloneTasks, daemonTasks, missing } = one;
  if (missing.length > 0) return [];
  const check = (what: string, told: number, counts: (task: TaskSeen) => boolean): string[] => {
    const on = ({ tasks }: Moment): TaskSeen[] => tasks.filter((task) => task.instance === subject && counts(task));
    // Tasks that were told to stop before no longer count.
    const least = Math.min(
      ...scene.record.within(began, at).map((moment) => on(moment).filter(({ stopping }) => !stopping).length),
    );
    const most = Math.max(...sinceItGoes(subject, began, at, scene).map((moment) => on(moment).length));
    return told >= least && told <= most ? [] : [`${subject}: ${told} ${what} were told of, of ${least} to ${most}`];
  };
  return [
    ...check("standalone tasks", standaloneTasks, (task) => task.service === null),
    ...check("daemons", daemonTasks, (task) => task.daemon),
  ];
}

/** Returns services that lose tasks all the time although the alert neither says so nor says that it is unknown. */
function leftOut(alert: AlertModel, at: Ms, { least }: Doomed, { record }: Scene): string[] {
  const [first, ...rest] = record.within(alert.openedAt - FRESH, at);
  if (first === undefined || alert.missing.length > 0) return [];
  const keys = (moment: Moment): Set<string> =>
    new Set(
      moment.tasks.flatMap((one) =>
        !one.daemon && one.running && one.instance !== null && least.has(one.instance) ? (one.service ?? []) : [],
      ),
    );
  const always = rest.reduce((kept, moment) => new Set([...kept].filter((key) => keys(moment).has(key))), keys(first));
  const told = new Set(alert.impact.map((one) => serviceKey(one.cluster, one.service)));
  return [...always]
    .filter((key) => !told.has(key))
    .map((key) => `${key} loses tasks, and nobody was told: ${alert.stakes.join("; ")}`);
}
