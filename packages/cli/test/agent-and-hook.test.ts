import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createGroup, type Group, type Instance, type Member } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { paths } from "../../agent/test/support/metadata-server.ts";
import { type Agent, incidentsOf, setting, startDaemon, startWorker, urlOf } from "./survive/support/agent.ts";
import { type Served, SPEED } from "./survive/support/fleet.ts";

/** Longer than an instance of which nothing is known is held: 72 s of the fleet's time. */
const WORK_MS = 6_000;
/** A worker that takes jobs, and ends its last one when it is asked to stop. */
const APPLICATION = `process.on("SIGTERM", () => setTimeout(() => process.exit(0), ${WORK_MS})); setInterval(() => {}, 1_000);`;

const hook = {
  name: "graceful-shutdown-hook",
  transition: "autoscaling:EC2_INSTANCE_TERMINATING",
  heartbeatTimeout: 120,
  defaultResult: "ABANDON",
} as const;

/** A group of one, in no cluster and behind nothing: nobody but its agent sees what it works on. */
async function ciRunner({ world, region }: Served): Promise<{ readonly group: Group; readonly instance: Instance }> {
  const group = createGroup(world, region, { name: "ci", desired: 1, max: 2, types: ["m5.large"], hooks: [hook] });
  await expect.poll(() => [...group.members.values()][0]?.state, { timeout: 60_000 }).toBe("InService");
  return { group, instance: [...group.members.values()][0]!.instance };
}

/** The lifecycle action of an instance that is being terminated. */
interface Held {
  readonly member: Member;
  readonly token: string;
  readonly since: number;
}

/** As a scaling policy would; the instance sees it in its metadata. */
async function scaleIn({ world }: Served, group: Group, { metadata }: Agent): Promise<Held> {
  group.desired -= 1;
  for (const listener of world.listeners.groupChanged) listener(group);
  const [member] = [...group.members.values()];
  await expect.poll(() => member?.state, { timeout: 60_000 }).toBe("Terminating:Wait");
  metadata.pages.set(paths.lifecycle, "Terminated");
  return { member: member!, token: member!.actions.get(hook.name)!.token, since: world.clock.now() };
}

/** When the hook was answered by a call. */
const answeredAt = ({ world }: Served, { token }: Held): readonly number[] =>
  world.oracle
    .effects()
    .flatMap(({ kind, again, key, at }) =>
      kind === "complete-lifecycle-action" && !again && key === token ? [at] : [],
    );

/** When the application ended, by the clock of the fleet. */
async function endOf({ process: daemon }: Agent, { world }: Served): Promise<number> {
  await once(daemon, "exit");
  return world.clock.now();
}

/** The hook is held until the application has ended, answered with CONTINUE, and the instance goes. */
async function heldToTheEnd(served: Served, held: Held, ended: Promise<number>): Promise<void> {
  const endedAt = await ended;
  await expect.poll(() => answeredAt(served, held), { timeout: 30_000 }).toHaveLength(1);
  const [at] = answeredAt(served, held);
  expect(at! - held.since).toBeGreaterThan(WORK_MS * SPEED);
  // The daemon tells the controller before it ends itself.
  expect(at).toBeGreaterThan(endedAt - 2_000 * SPEED);
  await expect.poll(() => held.member.instance.state, { timeout: 60_000 }).toBe("terminated");
  expect(served.world.oracle.duplicates()).toEqual([]);
}

test("a real agent and a real worker: the hook is held until the application has ended", async () => {
  const { served, worker } = await setting();
  const { group, instance } = await ciRunner(served);
  const agent = await startDaemon(instance, worker, [process.execPath, "-e", APPLICATION]);
  const ended = endOf(agent, served);
  await heldToTheEnd(served, await scaleIn(served, group, agent), ended);
  await expect.poll(async () => (await incidentsOf(instance, worker))[0]?.open, { timeout: 90_000 }).toBe(false);
  expect((await incidentsOf(instance, worker)).map(({ outcome }) => outcome)).toEqual(["drained"]);
});

test("the worker is killed while it holds the hook: the next one holds it on, and answers when the agent is done", async () => {
  const { served, home, worker } = await setting();
  // The next life answers where the agent knows the first.
  const listen = new URL(urlOf(worker) ?? "").host;
  writeFileSync(home.config, readFileSync(home.config, "utf8").replace("127.0.0.1:0", listen));
  const { group, instance } = await ciRunner(served);
  const agent = await startDaemon(instance, worker, [process.execPath, "-e", APPLICATION]);
  const ended = endOf(agent, served);
  const held = await scaleIn(served, group, agent);
  const texts = async (): Promise<readonly string[]> =>
    (await incidentsOf(instance, worker)).flatMap(({ timeline }) => timeline.map(({ text }) => text));
  await expect.poll(texts, { timeout: 30_000 }).toContainEqual(expect.stringContaining("brings its work to an end"));
  worker.process.kill("SIGKILL");
  await worker.exited;
  expect(answeredAt(served, held)).toEqual([]);
  await startWorker(served, home);
  await heldToTheEnd(served, held, ended);
});
