import type { Ms } from "../../clock.ts";
import type { ServiceImpact } from "../../enrich/facts.ts";
import type { Alert } from "../../model/alert.ts";
import { isWithoutTasks } from "./affected.ts";
import { clean } from "./clean.ts";
import { outlookOf } from "../outbox/level.ts";
import { few, plural, short, span, tally } from "./count.ts";
import { isInDanger, type MemberDetail } from "./member.ts";
import { stillRuns } from "./still-runs.ts";
import { hasUnreadTargetGroups } from "./unread-target-groups.ts";

const MOST_LINES = 10;

/**
 * Returns the impact on each service, worst first. Members see the same storm at different times: the impact with the
 * most doomed tasks counts.
 */
export function impactOfAll(all: readonly MemberDetail[]): readonly ServiceImpact[] {
  const worst = new Map<string, ServiceImpact>();
  for (const { facts, member } of all) {
    // The impact seen by an incident that is closed or called off is over.
    if (facts === null || !isInDanger(member)) continue;
    for (const one of facts.impact) {
      const id = `${one.cluster} ${one.service}`;
      const had = worst.get(id);
      if (had === undefined || one.doomed > had.doomed) worst.set(id, one);
    }
  }
  return [...worst.values()]
    .map(cleaned)
    .toSorted(
      (a, b) =>
        Number(b.belowMinimum) - Number(a.belowMinimum) ||
        share(a) - share(b) ||
        (`${a.cluster} ${a.service}` < `${b.cluster} ${b.service}` ? -1 : 1),
    );
}

const cleaned = (one: ServiceImpact): ServiceImpact => ({
  ...one,
  cluster: clean(one.cluster),
  service: clean(one.service),
  taskDefinition: clean(one.taskDefinition),
  zones: Object.fromEntries(Object.entries(one.zones).map(([zone, tasks]) => [clean(zone), tasks])),
});

/**
 * Describes what remains in each affected zone, the emptiest first. Only if the zones of all tasks are known: after a
 * cold start only those on doomed capacity are, and "keeps none" would be a guess.
 */
function byZone({ zones, doomed, running }: ServiceImpact): string {
  const hit = Object.entries(zones).filter(([, tasks]) => tasks.doomed > 0);
  const known = Object.values(zones).reduce((sum, tasks) => sum + tasks.doomed + tasks.survives, 0);
  if (Object.keys(zones).length < 2 || doomed === 0 || known < running) return "";
  const worst = hit.toSorted(([a, x], [b, y]) => x.survives - y.survives || y.doomed - x.doomed || (a < b ? -1 : 1));
  const parts = worst.map(([zone, { doomed: gone, survives }]) => `${zone} keeps ${survives} of ${gone + survives}`);
  return parts.length === 0 ? "" : ` (${few(parts, MOST_ZONES)})`;
}

const MOST_ZONES = 3;

const share = (one: ServiceImpact): number => one.survives / Math.max(1, one.desired);

/** Services in a title: the first 60 characters of a subject have to say what is at stake. */
const MOST_IN_TITLE = 2;
const LONGEST_IN_TITLE = 20;

/** Makes the beginning of a title: "worker 7/29, web 7/15: "; empty if no service is known to lose a task. */
export function stakesTitle(impact: readonly ServiceImpact[]): string {
  const touched = impact.filter((one) => !one.daemon && one.doomed > 0);
  if (touched.length === 0) return "";
  const shown = touched.map(
    (one) => `${short(one.service, LONGEST_IN_TITLE)} ${one.survives}/${Math.max(one.desired, one.survives)}`,
  );
  return `${few(shown, MOST_IN_TITLE)}: `;
}

/** Returns what remains of services and other tasks: "checkout keeps 1 of 4 tasks, below its minimum of 2". */
export function stakes(impact: readonly ServiceImpact[], all: readonly MemberDetail[]): readonly string[] {
  const clusters = new Set(impact.map((one) => one.cluster));
  const touched = impact.filter((one) => !one.daemon && one.doomed > 0);
  const lines = touched.slice(0, MOST_LINES).map((one) => {
    const where = clusters.size > 1 ? ` of ${one.cluster.slice(one.cluster.lastIndexOf("/") + 1)}` : "";
    const below = one.belowMinimum ? `, below its minimum of ${one.minimum}` : "";
    const of = Math.max(one.desired, one.survives);
    return `${one.service}${where} keeps ${one.survives} of ${plural(of, "task")}${below}${byZone(one)}`;
  });
  if (touched.length > MOST_LINES) lines.push(`and ${plural(touched.length - MOST_LINES, "more service")}`);
  lines.push(...mayLose(all));
  const standalone = all.reduce((sum, { member }) => sum + (isInDanger(member) ? member.standaloneTasks : 0), 0);
  if (standalone > 0) lines.push(`${plural(standalone, "standalone task")} that no service starts again`);
  const daemons = all.reduce((sum, { member }) => sum + (isInDanger(member) ? member.daemonTasks : 0), 0);
  if (lines.length === 0 && daemons > 0) lines.push(`only daemons run there (${plural(daemons, "task")})`);
  if (lines.length === 0 && all.every(isWithoutTasks) && all.some(({ body }) => body.outcome === null))
    lines.push("no ECS task is affected");
  return [...lines, ...lost(all)];
}

const MOST_NAMES = 5;

/**
 * Returns what would be lost if instances that may be reclaimed are reclaimed: their tasks are not counted as doomed.
 */
function mayLose(all: readonly MemberDetail[]): readonly string[] {
  const may = all.filter(({ body, member }) => body.outcome === null && outlookOf(member) === "may-end");
  const tasks = tally(
    may.flatMap(({ facts }) =>
      (facts?.tasks ?? []).flatMap(({ role, service }) => (role === "service" && service !== null ? [service] : [])),
    ),
  );
  if (tasks.length === 0) return [];
  const shown = few(
    tasks.map(([service, count]) => `${plural(count, "task")} of ${clean(service)}`),
    MOST_NAMES,
  );
  return [`if ${may.length === 1 ? "it is" : "they are"} reclaimed: ${shown} would go`];
}

/** Returns what closed incidents lost. "Nothing was lost" is only reported if everything is known to have drained. */
function lost(all: readonly MemberDetail[]): readonly string[] {
  const over = all.filter(({ body }) => body.outcome !== null && body.mode === "act");
  const passed = over.filter(({ member }) => member.outcome === "deadline-passed");
  const [unsure, late] = [passed.filter(isUnsure), passed.filter((one) => !isUnsure(one))];
  const [running, cut] = [late.filter(stillRuns), late.filter((one) => !stillRuns(one))];
  const missed = over.filter(({ member }) => member.outcome === "missed-notice");
  const tasks = over.reduce((sum, one) => sum + (stillRuns(one) ? 0 : one.member.standaloneTasks), 0);
  const lines: string[] = [];
  if (cut.length > 0) lines.push(`cut off before it had drained: ${few(cut.map(lateness), MOST_NAMES)}`);
  if (running.length > 0)
    lines.push(`not drained by its deadline, but still running: ${few(running.map(subjectOf), MOST_NAMES)}`);
  if (unsure.length > 0)
    lines.push(`not known to have drained, since not all could be learnt: ${few(unsure.map(subjectOf), MOST_NAMES)}`);
  if (missed.length > 0) lines.push(`gone without a warning: ${few(missed.map(subjectOf), MOST_NAMES)}`);
  if (tasks > 0) lines.push(`${plural(tasks, "standalone task")} ended that no service starts again`);
  const drained =
    over.length === all.length &&
    over.every(
      (one) =>
        one.member.outcome === "drained" &&
        one.member.missing.length === 0 &&
        !hasUnreadTargetGroups(one.body.steps) &&
        isAllTakenOff(one),
    );
  return lines.length === 0 && drained && over.length > 0 ? ["nothing was lost"] : lines;
}

/**
 * Reports for an outcome which services were below their minimum, and for how long; after a message that said that one would
 * be, also that none was.
 */
export function wereLow({ low = [], sends }: Pick<Alert, "low" | "sends">, now: Ms): readonly string[] {
  if (low.length > 0)
    return low.map(({ service, minimum, since, until }) => {
      const time = span(Math.max(1, ((until ?? now) - since) / 1_000));
      const still = until === null ? ", and is not known to have them back" : "";
      return `${clean(service)} was below its minimum of ${plural(minimum, "task")} for about ${time}${still}`;
    });
  const feared = Object.values(sends).some(({ level }) => (level?.low ?? 0) > 0);
  return feared ? ["no service was seen below its minimum"] : [];
}

/** Whether all known registrations were drained in time, but some facts could not be read. */
export const isUnsure = ({ member: { outcome, marginSeconds, missing }, steps }: MemberDetail): boolean =>
  outcome === "deadline-passed" &&
  missing.length > 0 &&
  (marginSeconds === null || marginSeconds >= 0) &&
  !steps.some(({ isCut }) => isCut);

/** Whether all targets and tasks were handled: a policy may exclude some, whose end is then not known. */
function isAllTakenOff({ body: { subject, labels, steps } }: MemberDetail): boolean {
  if (subject.type === "task") return true;
  const { tasks } = labels;
  const had = (responder: string): boolean => steps.some((step) => step.responder === responder);
  return had("look-around") && (had("drain-tasks") || typeof tasks !== "number" || tasks === 0);
}

const subjectOf = ({ member }: MemberDetail): string => member.subject;

const lateness = ({ member: { subject, marginSeconds } }: MemberDetail): string =>
  marginSeconds !== null && marginSeconds < 0 ? `${subject} (${span(-marginSeconds)} late)` : subject;
