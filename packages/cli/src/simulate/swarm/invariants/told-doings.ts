import type { AlertModel } from "@spotkeeper/controller";
import { containersOf } from "@spotkeeper/simulator";
import type { Scene, SentAlert } from "./ended.ts";

type Member = AlertModel["members"][number];
/** Phrases of what is undone. */
const UNDONE = / again:| back into service:/;

/** What an alert says is done, and the world has not. */
export const wrongDoings = ({ alert }: SentAlert, scene: Scene): string[] =>
  alert.members.flatMap((one) => wrongDoing(one, scene));

function wrongDoing({ subject, doing, outcome }: Member, { fleet }: Scene): string[] {
  const instance = fleet.world.instances.get(subject);
  // Once the notice is taken as cancelled, what was done is undone.
  if (instance?.state !== "running" || outcome === "cancelled" || doing.some((line) => UNDONE.test(line))) return [];
  const wrong: string[] = [];
  if (isAllDone(doing, "drain the container instance")) {
    const active = containersOf(instance).filter(({ status, agentConnected }) => status === "ACTIVE" && agentConnected);
    if (active.length > 0) wrong.push(`${subject} was told to be drained, and is ACTIVE`);
  }
  if (isAllDone(doing, "deregister from target groups")) {
    const open = [...instance.targets].filter(({ state, service }) => service === null && state !== "draining");
    if (open.length > 0)
      wrong.push(`${subject} was told to be deregistered, and is in ${open.map(({ group }) => group.name).join(", ")}`);
  }
  return wrong;
}

/** Whether all steps of it are said to be done. */
function isAllDone(doing: readonly string[], phrase: string): boolean {
  const lines = doing.filter((line) => line.startsWith(`${phrase}:`));
  return lines.length > 0 && lines.every((line) => line === `${phrase}: done`);
}
