import {
  createTargetGroup,
  failTask,
  type Instance,
  interrupt,
  recommend,
  registerTarget,
  scaleService,
} from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { expectSettled, step, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { groupOf, hostOf, scaleIn, shop } from "./fleet.ts";
import { runners } from "./runners.ts";

let box: Box;
afterEach(() => box.close());

const openTargets = (instance: Instance): string[] =>
  [...instance.targets].filter(({ state }) => state !== "draining").map(({ id, port }) => `${id}:${port}`);

/** Registers the instance by hand, beside a healthy target, where no group and no service leads. */
function byHand(instance: Instance): void {
  const group = createTargetGroup(box.world, box.region, { name: "by-hand", loadBalancer: "hand" });
  registerTarget(box.world, group, { id: "another", port: 80, instance: null, healthy: true });
  registerTarget(box.world, group, { id: instance.id, port: 8080, instance, healthy: true });
}

test.each([30, 400, 3_600])(
  "a recommendation, and a warning %i s later: the instance is looked for in all load balancers",
  async (later) => {
    box = await openBox({ build: shop() });
    const victim = hostOf(box.region);
    recommend(box.world, victim);
    await box.run(later);
    byHand(victim);
    interrupt(box.world, victim.id);
    await box.run(15);
    expect(openTargets(victim)).toEqual([]);
    await box.run(1_200);
    expect(step(await box.incident(victim.id), "look-around").state).toBe("done");
    await expectSettled(box);
  },
);

test.each([40, 400, 3_600])(
  "a recommendation, and a warning %i s later: what is at stake is what runs there by then",
  async (later) => {
    box = await openBox({ build: shop({ web: { desired: 4 } }) });
    const victim = hostOf(box.region);
    recommend(box.world, victim);
    await box.run(20);
    const [service] = [...box.region.clusters.get("shop")!.services.values()];
    scaleService(box.world, service!, 8);
    await box.run(later - 20);
    const doomed = [...victim.containerInstance!.tasks].filter((task) => task.service === service).length;
    interrupt(box.world, victim.id);
    await box.run(60);
    const told = toldOf(box, victim.id).filter(({ members }) => members[0]?.kinds.includes("spot-interruption"));
    expect(told.at(-1)?.impact).toMatchObject([{ desired: 8, running: 8, doomed, survives: 8 - doomed }]);
    expect(told.at(-1)?.missing).toEqual([]);
  },
);

test("a recommendation, and a warning 400 s later: what ended between them is not at stake", async () => {
  box = await openBox({ build: shop({ web: { desired: 4 } }) });
  const victim = hostOf(box.region);
  recommend(box.world, victim);
  await box.run(60);
  for (const task of [...victim.containerInstance!.tasks]) failTask(box.world, task);
  await box.run(340);
  const doomed = [...victim.containerInstance!.tasks].length;
  interrupt(box.world, victim.id);
  await box.run(60);
  expect(
    toldOf(box, victim.id)
      .at(-1)
      ?.impact.map((one) => [one.doomed, one.survives]),
  ).toEqual(doomed === 0 ? [] : [[doomed, 4 - doomed]]);
});

test("a recommended replacement that takes long to serve: the instance is looked for once it serves", async () => {
  box = await openBox({
    build: shop({ group: { bootDelay: 120_000 } as object }),
    actions: { onRebalance: "replace" },
    warm: true,
  });
  const victim = hostOf(box.region);
  byHand(victim);
  recommend(box.world, victim);
  await box.run(1_200);
  expect(openTargets(victim)).toEqual([]);
  await expectSettled(box);
});

test.each([30, 400, 3_600])(
  "a recommendation, and a scale-in %i s later: drained within drainWithin from then on",
  async (later) => {
    box = await openBox({ build: runners({ desired: 1 }) });
    const [member] = [...groupOf(box.region, "ci").members.values()];
    const victim = member!.instance;
    recommend(box.world, victim);
    await box.run(later);
    byHand(victim);
    scaleIn(box.world, groupOf(box.region, "ci"));
    await box.run(45);
    expect(openTargets(victim)).toEqual([]);
    await box.run(3_000);
    await expectSettled(box);
  },
);
