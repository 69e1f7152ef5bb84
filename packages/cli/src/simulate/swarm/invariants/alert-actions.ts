import type { AlertModel } from "@spotkeeper/controller";
import { containersOf, type Instance } from "@spotkeeper/simulator";
import { isRouted } from "./routed.ts";
import type { Scene, SentAlert } from "./scene.ts";

type Member = AlertModel["members"][number];
/** Phrases of undo steps. */
const UNDONE = / again:| back into service:/;

/** Returns what an alert says is done and is not done in the world, or does not agree with its own members. */
export const wrongDoings = ({ alert }: SentAlert, scene: Scene): string[] => [
  ...alert.members.flatMap((one) => wrongDoing(one, scene)),
  ...wrongSums(alert),
];

function wrongDoing({ subject, doing, outcome }: Member, scene: Scene): string[] {
  const instance = scene.fleet.world.instances.get(subject);
  // When a notice counts as cancelled, the effects are undone.
  if (instance?.state !== "running" || outcome === "cancelled" || doing.some((line) => UNDONE.test(line))) return [];
  return Object.entries(LEFT).flatMap(([phrase, leftOn]) => {
    const left = isAllDone(doing, phrase) ? leftOn(instance, scene) : [];
    return left.length === 0 ? [] : [`${subject}: "${phrase}: done" was told, and there is left ${left.join(", ")}`];
  });
}

/** For each phrase "…: done": what must no longer be there. */
const LEFT: { readonly [phrase: string]: (instance: Instance, scene: Scene) => string[] } = {
  "drain the container instance": (instance) =>
    containersOf(instance)
      .filter(({ status, agentConnected }) => status === "ACTIVE" && agentConnected)
      .map(({ arn }) => arn),
  // Daemons stop after the other tasks.
  "wait for tasks to stop": (instance) =>
    containersOf(instance)
      .filter(({ status, agentConnected }) => status === "DRAINING" && agentConnected)
      .flatMap(({ tasks }) => [...tasks].filter(({ service }) => service?.strategy !== "DAEMON"))
      .map(({ arn }) => arn),
  "deregister from target groups": ({ targets }) =>
    [...targets]
      .filter(({ state, service }) => service === null && state !== "draining")
      .map(({ group }) => group.name),
  // Targets that the group or a person deregistered are not waited for; those of no load balancer have no connections.
  "wait for connections to end": ({ targets, member }, { people }) =>
    [...targets]
      .filter((one) => one.state === "draining" && one.service === null && !people.deregistered.has(one))
      .filter(isRouted)
      .flatMap(({ group }) => (member?.state === "InService" ? [group.name] : [])),
  "deregister from Classic Load Balancers": (instance) => openIn("classic/", instance),
  "deregister from VPC Lattice": (instance) => openIn("lattice/", instance),
};

const openIn = (prefix: string, { registrations }: Instance): string[] =>
  [...registrations].filter(({ name, open }) => open && name.startsWith(prefix)).map(({ name }) => name);

/** Returns true if all steps of this phrase are reported as done. */
function isAllDone(doing: readonly string[], phrase: string): boolean {
  const lines = doing.filter((line) => line.startsWith(`${phrase}:`));
  return lines.length > 0 && lines.every((line) => line === `${phrase}: done`);
}

const SUM = /^(?<phrase>[^:]+): (?:(?<count>\d+) of \d+ )?done(?:,|$)/;

/** Returns sums over all members that do not agree with the members. */
function wrongSums({ doing, members }: AlertModel): string[] {
  const acted = members.filter(({ mode }) => mode === "act");
  return doing.flatMap((line) => {
    const { phrase, count = "1" } = SUM.exec(line)?.groups ?? {};
    if (phrase === undefined) return [];
    const done = acted.flatMap((one) => one.doing.filter((other) => other === `${phrase}: done`)).length;
    return done === Number(count) ? [] : [`"${line}" was told, and ${done} are done`];
  });
}
