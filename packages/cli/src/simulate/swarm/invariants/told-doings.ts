import type { AlertModel } from "@spotkeeper/controller";
import { containersOf, type Instance } from "@spotkeeper/simulator";
import type { Scene, SentAlert } from "./ended.ts";

type Member = AlertModel["members"][number];
/** Phrases of what is undone. */
const UNDONE = / again:| back into service:/;

/** What an alert says is done, and the world has not; or that its own members do not say. */
export const wrongDoings = ({ alert }: SentAlert, scene: Scene): string[] => [
  ...alert.members.flatMap((one) => wrongDoing(one, scene)),
  ...wrongSums(alert),
];

function wrongDoing({ subject, doing, outcome }: Member, scene: Scene): string[] {
  const instance = scene.fleet.world.instances.get(subject);
  // Once the notice is taken as cancelled, what was done is undone.
  if (instance?.state !== "running" || outcome === "cancelled" || doing.some((line) => UNDONE.test(line))) return [];
  return Object.entries(LEFT).flatMap(([phrase, leftOn]) => {
    const left = isAllDone(doing, phrase) ? leftOn(instance, scene) : [];
    return left.length === 0 ? [] : [`${subject}: "${phrase}: done" was told, and there is left ${left.join(", ")}`];
  });
}

/** What must not be there any more once it is done, by what people are told of it. */
const LEFT: { readonly [phrase: string]: (instance: Instance, scene: Scene) => string[] } = {
  "drain the container instance": (instance) =>
    containersOf(instance)
      .filter(({ status, agentConnected }) => status === "ACTIVE" && agentConnected)
      .map(({ arn }) => arn),
  // Daemons go after the others.
  "wait for tasks to stop": (instance) =>
    containersOf(instance)
      .filter(({ status, agentConnected }) => status === "DRAINING" && agentConnected)
      .flatMap(({ tasks }) => [...tasks].filter(({ service }) => service?.strategy !== "DAEMON"))
      .map(({ arn }) => arn),
  "deregister from target groups": ({ targets }) =>
    [...targets]
      .filter(({ state, service }) => service === null && state !== "draining")
      .map(({ group }) => group.name),
  // What its group, or a person, has deregistered is not ours to wait for.
  "wait for connections to end": ({ targets, member }, { people }) =>
    [...targets]
      .filter((one) => one.state === "draining" && one.service === null && !people.deregistered.has(one))
      .flatMap(({ group }) => (member?.state === "InService" ? [group.name] : [])),
  "deregister from Classic Load Balancers": (instance) => openIn("classic/", instance),
  "deregister from VPC Lattice": (instance) => openIn("lattice/", instance),
};

const openIn = (prefix: string, { registrations }: Instance): string[] =>
  [...registrations].filter(({ name, open }) => open && name.startsWith(prefix)).map(({ name }) => name);

/** Whether all steps of it are said to be done. */
function isAllDone(doing: readonly string[], phrase: string): boolean {
  const lines = doing.filter((line) => line.startsWith(`${phrase}:`));
  return lines.length > 0 && lines.every((line) => line === `${phrase}: done`);
}

const SUM = /^(?<phrase>[^:]+): (?:(?<count>\d+) of \d+ )?done(?:,|$)/;

/** Sums over all members that are not what they say one by one. */
function wrongSums({ doing, members }: AlertModel): string[] {
  const acted = members.filter(({ mode }) => mode === "act");
  return doing.flatMap((line) => {
    const { phrase, count = "1" } = SUM.exec(line)?.groups ?? {};
    if (phrase === undefined) return [];
    const done = acted.flatMap((one) => one.doing.filter((other) => other === `${phrase}: done`)).length;
    return done === Number(count) ? [] : [`"${line}" was told, and ${done} are done`];
  });
}
