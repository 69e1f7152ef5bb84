import type { AlertModel } from "@spotkeeper/controller";
import { containersOf, type Ms } from "@spotkeeper/simulator";
import { allOf } from "../judged.ts";
import type { Scene, SentAlert } from "./ended.ts";
import { isTheirs } from "./family.ts";
import type { Moment, TaskSeen } from "./record.ts";
import { serviceKey } from "./record.ts";

type Impact = AlertModel["impact"][number];
type Member = AlertModel["members"][number];

/** People read what was asked for this long ago at the most (docs/architecture.md, Inventory). */
const FRESH: Ms = 30_000;

/** Tasks of a service that count against each instance. */
interface Doomed {
  /** What is certainly going: the alert's own that EC2 has warned of. */
  readonly least: ReadonlySet<string>;
  /** What may count as going: all that something ends. */
  readonly most: ReadonlySet<string>;
}

/** Counts of an alert that are not those of the world at any instant from when AWS was asked until people were told. */
export function wrongCounts({ alert, at }: SentAlert, scene: Scene): string[] {
  // Of two workers, each learns of the other's incidents only now and then (docs/architecture.md).
  if (scene.spec.workers > 1 || alert.members.some(({ subject }) => isTheirs(scene, subject))) return [];
  const began = alert.openedAt - FRESH;
  const doomed = doomedAt(alert, at, scene);
  const since = scene.record.within(began, at);
  return [
    ...(isOfBefore(alert) ? [] : alert.impact.flatMap((one) => wrongImpact(one, at, began, doomed, scene))),
    ...alert.members.flatMap((one) => (one.outcome === null ? wrongTasks(one, since) : [])),
    ...leftOut(alert, at, doomed, scene),
  ];
}

/** Whether people are told that what is at stake is known from before, and not looked at anew. */
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

/** Those, and what was told to stop and still works. */
const withStopping = ({ tasks }: Moment, key: string, host: string): number =>
  tasks.filter((one) => one.service === key && (one.running || one.stopping) && one.instance === host).length;

/** What a service needs by its deployment, or by what the policy says in some place: docs/drain.md, `minimum`. */
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
  const asked = record.askedFor("DescribeServices", [one.cluster, one.service], at);
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
  // What has stopped since its instance began to go counts among what goes, also where another has its place by now.
  const sinceItGoes = (id: string): readonly Moment[] => record.within(Math.min(began, goesSince(id, at, scene)), at);
  const [fewest, largest] = [
    sumOf(least, (id) => Math.min(...going.map((m) => on(m, key, new Set([id]))))),
    sumOf(most, (id) => Math.max(...sinceItGoes(id).map((m) => withStopping(m, key, id)))),
  ];
  if (one.doomed < Math.min(fewest, one.running) || one.doomed > largest)
    wrong.push(`${one.service}: ${one.doomed} tasks were said to go, of ${fewest} to ${largest}`);
  const range = (id: string): readonly number[] => {
    const seen = hostedSince(id, at, began, scene);
    return record.within(seen, at).map((moment) => on(moment, key, new Set([id])));
  };
  const gone = [sumOf(most, (id) => Math.max(...range(id))), sumOf(least, (id) => Math.min(...range(id)))] as const;
  // The service and its tasks are two answers: both of one instant, or the tasks as they were told last.
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

/** Since when it has been going all the time; `at` where it is not. */
function goesSince(id: string, at: Ms, { record }: Scene): Ms {
  const moments = record.within(0, at);
  const last = moments.findLastIndex(({ ending }) => !ending.has(id));
  return moments[last + 1]?.at ?? at;
}

/** When AWS was last asked what runs on an instance; else since the alert began. */
function hostedSince(id: string, at: Ms, began: Ms, { record, fleet }: Scene): Ms {
  const instance = fleet.world.instances.get(id);
  const arns = instance === undefined ? [] : containersOf(instance).map(({ arn }) => arn);
  return Math.min(...arns.map((arn) => record.askedFor("ListTasks", [arn], at) ?? began), at);
}

const sumOf = (ids: Iterable<string>, count: (id: string) => number): number =>
  [...ids].reduce((sum, id) => sum + count(id), 0);

/** Tasks of one instance that no service starts again, and daemons. */
function wrongTasks({ subject, standaloneTasks, daemonTasks, missing }: Member, moments: readonly Moment[]): string[] {
  if (missing.length > 0) return [];
  const check = (what: string, told: number, counts: (one: TaskSeen) => boolean): string[] => {
    const had = moments.map(({ tasks }) => tasks.filter((one) => one.instance === subject && counts(one)));
    // What somebody has told to stop before is at stake no more.
    const least = Math.min(...had.map((some) => some.filter(({ stopping }) => !stopping).length));
    const most = Math.max(...had.map((some) => some.length));
    return told >= least && told <= most ? [] : [`${subject}: ${told} ${what} were told of, of ${least} to ${most}`];
  };
  return [
    ...check("standalone tasks", standaloneTasks, (one) => one.service === null),
    ...check("daemons", daemonTasks, (one) => one.daemon),
  ];
}

/** Services that lose tasks all the time, and nobody is told so, nor that it could not be learnt. */
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
