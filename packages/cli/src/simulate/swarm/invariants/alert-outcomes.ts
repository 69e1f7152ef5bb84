import type { AlertModel } from "@spotkeeper/controller";
import type { InstanceFacts, Ms } from "@spotkeeper/simulator";
import type { Scene, SentAlert } from "./scene.ts";
import { isCalm, isTheirs, MAY_DEREGISTER, MAY_DRAIN } from "./family.ts";
import { NOTICE } from "./world-record.ts";

type Member = AlertModel["members"][number];

/** Returns outcomes in an alert that differ from the world at the time of sending. */
export function wrongEnds({ alert, at }: SentAlert, scene: Scene): string[] {
  const wrong = alert.members.flatMap((one) =>
    wrongEnd(one, alert, at, scene).map((what) => `${one.subject} was told as "${one.outcome ?? "open"}", and ${what}`),
  );
  if (!alert.stakes.includes("nothing was lost")) return wrong;
  const lost = alert.members.flatMap(({ subject }) => lossOf(factsOf(subject, scene)));
  return lost.length === 0 ? wrong : [...wrong, `"nothing was lost" was told, and ${lost.join(", ")}`];
}

/** The simulator's facts about the instance. */
const factsOf = (subject: string, { fleet }: Scene): InstanceFacts | undefined => fleet.world.oracle.factsOf(subject);

/** Returns what the end of an instance interrupted. */
function lossOf(known: InstanceFacts | undefined): string[] {
  if (known === undefined || known.diedAt === null) return [];
  const { tasksKilled, tasksCut, targetsLost } = known;
  return [
    ...(tasksKilled.length === 0 ? [] : [`${tasksKilled.length} tasks were killed`]),
    ...(tasksCut.length === 0 ? [] : [`${tasksCut.length} tasks were cut off`]),
    ...(targetsLost.length === 0 ? [] : [`it still took connections by ${targetsLost.join(", ")}`]),
  ];
}

/** Returns what the end interrupted, of what the policy lets the worker remove. */
function avoidable(known: InstanceFacts | undefined, { spec }: Scene): string[] {
  if (known === undefined) return [];
  return lossOf({
    ...known,
    ...(MAY_DEREGISTER.has(spec.policy.may) ? {} : { targetsLost: [] }),
    ...(MAY_DRAIN.has(spec.policy.may) ? {} : { tasksKilled: [], tasksCut: [] }),
  });
}

/** Whether EC2 did not take it, and it ran beyond the time that its warning gave. */
const livedOn = (known: InstanceFacts | undefined, until: Ms | null): boolean => {
  const { warnedAt, diedAt } = known ?? { warnedAt: null, diedAt: null };
  return diedAt === null && until !== null && (warnedAt === null || warnedAt + NOTICE < until);
};

/** What the worker deregistered it from, under its own id. */
const takenOff = (subject: string, { fleet }: Scene): string[] =>
  fleet.world.oracle
    .effects()
    .filter(({ kind, key, again }) => kind === "deregister" && !again && key.includes(subject))
    .map(({ key }) => `${key} was deregistered`);

/**
 * Whether its group is terminating it, and people were told that it still runs. A hook can hold it for hours, and so can a deregistration delay:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
const isSaidToGo = (subject: string, { stakes }: AlertModel, { fleet }: Scene): boolean =>
  fleet.world.instances.get(subject)?.member?.state.startsWith("Terminating") === true &&
  stakes.some((line) => line.startsWith("not drained by its deadline, but still running: ") && line.includes(subject));

const LEAVES_ALONE: ReadonlySet<string> = new Set(["nothing", "only say it", "as its rules say"]);

function wrongEnd({ subject, outcome, kinds, missing }: Member, alert: AlertModel, at: Ms, scene: Scene): string[] {
  const { world } = scene.fleet;
  const known = factsOf(subject, scene);
  const instance = world.instances.get(subject);
  const runs = instance?.state === "running";
  switch (outcome) {
    case "nothing-drained":
    case "drained":
      // People are told which facts are missing, so what follows from those is not judged.
      return [
        ...(outcome === "drained" ? [] : takenOff(subject, scene)),
        ...(missing.length > 0 && !isCalm(scene, alert.openedAt, at) ? [] : avoidable(known, scene)),
      ];
    case "deadline-passed":
      // If answers failed or came late, nobody can know that the instance was empty.
      return isCalm(scene, alert.openedAt, at) && runs && !isSaidToGo(subject, alert, scene) ? ["it runs"] : [];
    case "cancelled":
      // Another member can keep the alert open, and meanwhile a person or its group ends the instance.
      return livedOn(known, runs ? at : scene.record.ranUntil(subject)) ? [] : ["it did not live on"];
    case "missed-notice":
      if (known === undefined || known.diedAt === null) return ["EC2 did not take it"];
      return kinds.includes("spot-interruption") ? ["a warning was heard"] : [];
    case "told":
      return known === undefined || known.recommendedAt === null ? ["nothing was recommended"] : [];
    case "dry-run":
    case "ignored-by-policy":
    case "handed-off":
      return isTheirs(scene, subject) || LEAVES_ALONE.has(scene.spec.policy.may) ? [] : ["the policy lets act"];
    case null:
    case "plain-end":
    case "unclassified":
    case "launched":
    case "outdated":
    case "returned-to-warm-pool":
      return [];
  }
}
