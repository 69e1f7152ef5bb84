import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { expectSettled, toldOf } from "./assess.ts";
import { type Box, openBox } from "./box.ts";
import { hostsOf, shop } from "./fleet.ts";

let box: Box;
afterEach(() => box.close());

const GROUP = { group: { desired: 3 }, web: { desired: 3, minimumHealthyPercent: 0 } };
const WARNING = "EC2 Spot Instance Interruption Warning";
const kindOf = (body: string): string => (JSON.parse(body) as { readonly "detail-type": string })["detail-type"];

test("a route takes only warnings: an instance that was recommended before is told of once its warning comes", async () => {
  box = await openBox({
    build: shop(GROUP),
    routes: [{ ...DEFAULT_ROUTE, match: { kind: ["spot-interruption"] } }],
  });
  await box.run(60);
  const [victim] = hostsOf(box.region);
  if (victim === undefined) throw new Error("no hosts");
  interrupt(box.world, victim.id, { rebalanceLead: 60_000 });
  await box.run(50);
  expect(toldOf(box, victim.id)).toEqual([]);
  await box.run(1_800);
  const phases = toldOf(box, victim.id).map((model) => model.phase);
  expect([phases[0], phases.at(-1)]).toEqual(["receipt", "outcome"]);
  await expectSettled(box);
});

test.each([
  ["while its incident is open", 170, false],
  ["after its incident has closed", 1_800, true],
])("an end that EC2 does not explain is told of once its warning comes, %s", async (_, seconds, isClosed) => {
  let comes = (): void => {};
  box = await openBox({
    build: shop(GROUP),
    carry: (body, deliver) => {
      for (const instance of box.region.instances.values()) instance.stateReason = null;
      if (kindOf(body) === WARNING) comes = () => deliver(body);
      else deliver(body);
    },
  });
  await box.run(60);
  const [victim] = hostsOf(box.region);
  if (victim === undefined) throw new Error("no hosts");
  interrupt(box.world, victim.id);
  await box.run(seconds);
  expect(toldOf(box, victim.id)).toEqual([]);
  expect((await box.incident(victim.id)).closedAt !== null).toBe(isClosed);
  comes();
  await box.run(1_800);
  expect(toldOf(box, victim.id).map((model) => model.phase)).toContain("outcome");
  await expectSettled(box);
});
