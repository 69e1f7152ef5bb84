import { createGroup, type Instance, type Region, spotkeeperRules, type World } from "@spotkeeper/simulator";
import { ACCOUNT, type Box, QUEUE, REGION } from "./box.ts";
import { groupOf, ourHook, scaleIn } from "./fleet.ts";

type GroupOver = Partial<Parameters<typeof createGroup>[2]>;

/** Workers that take jobs from a queue: no ECS, no load balancer, our hook. */
export const runners =
  (over: GroupOver = {}) =>
  (world: World, region: Region): void => {
    region.rules.push(...spotkeeperRules(QUEUE));
    createGroup(world, region, { name: "ci", desired: 3, max: 6, types: ["m5.large"], hooks: [ourHook], ...over });
  };

/** Each of the group has a job of so many seconds from now on (null: without end), and one is taken out of service. */
export async function scaleInAtWork(box: Box, seconds: number | null): Promise<Instance> {
  const group = groupOf(box.region, "ci");
  const endsAt = seconds === null ? null : box.clock.now() + seconds * 1_000;
  for (const { instance } of group.members.values()) box.world.oracle.work.begin(instance, endsAt);
  scaleIn(box.world, group);
  for (let second = 0; second < 60; second++) {
    const member = [...group.members.values()].find(({ state }) => state.startsWith("Terminating"));
    if (member !== undefined) return member.instance;
    await box.run(1);
  }
  throw new Error("nothing is being terminated");
}

export const cut = (box: Box): readonly string[] =>
  box.world.oracle.work
    .all()
    .filter(({ cutAt }) => cutAt !== null)
    .map(({ instanceId }) => instanceId);

interface Said {
  readonly agent?: string;
  readonly because?: string | null;
  readonly at?: number;
}

/** What an agent on the instance posts, in its own words. */
export function agentMessage(
  box: Box,
  { id }: Instance,
  state: string,
  sequence: number,
  { agent = "a1", because = "termination", at = box.clock.now() }: Said = {},
): string {
  return JSON.stringify({
    version: "0",
    id: `${id}-${agent}-${sequence}`,
    "detail-type": "Agent State-change Notification",
    source: "spotkeeper.agent",
    account: ACCOUNT,
    time: new Date(at).toISOString(),
    region: REGION,
    resources: [`arn:aws:ec2:${REGION}a:instance/${id}`],
    detail: { "instance-id": id, agent, sequence, state, because: state === "watching" ? null : because },
  });
}
