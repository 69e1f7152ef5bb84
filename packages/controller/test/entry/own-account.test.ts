import { interrupt } from "@spotkeeper/simulator";
import { afterEach, expect, test } from "vitest";
import { createOwnAccount } from "../../src/entry/own-account.ts";
import { ACCOUNT } from "../flow/box.ts";
import { hostOf, shop } from "../flow/fleet.ts";
import { testClock } from "../enrich/support/clock.ts";
import { openWhole, type Whole } from "./support.ts";

let whole: Whole | null = null;
afterEach(async () => {
  await whole?.close();
  whole = null;
});

test("a queue in another account: the worker's own account is that of its credentials, and is drained in", async () => {
  whole = await openWhole({ build: shop(), queueIn: "999988887777", speed: 30 });
  const { region, clock, incidents } = whole;
  await whole.until(() => [...region.instances.values()].filter(({ state }) => state === "running").length >= 6);
  await clock.sleep(60_000);
  interrupt(whole.world, hostOf(region).id);
  await whole.until(() => [...incidents.values()].some(({ drainedAt }) => drainedAt !== null));
  expect(whole.entries.map(({ text }) => text).filter((text) => text.includes("no role for account"))).toEqual([]);
  expect(whole.simulator.calls.recent().some(({ operation }) => operation === "GetCallerIdentity")).toBe(true);
});

test("while STS does not answer it is asked again, soon and then each minute, which the log says once", async () => {
  const clock = testClock();
  const said: string[] = [];
  let asked = 0;
  const own = createOwnAccount({
    sts: {
      callerAccount: (at) => {
        expect(at).toEqual({ account: null, region: "eu-west-1" });
        return ++asked < 3 ? Promise.reject(new Error("no way to STS")) : Promise.resolve(ACCOUNT);
      },
    },
    region: "eu-west-1",
    clock,
    log: { info: (_fields, text) => said.push(text), warn: (_fields, text) => said.push(text) },
  });
  await own.ask();
  expect([own.current(), said]).toEqual([null, []]);
  await clock.pass(6_000);
  expect([asked, own.current(), said.length]).toEqual([2, null, 1]);
  await clock.pass(61_000);
  expect([asked, own.current()]).toEqual([3, ACCOUNT]);
  await clock.pass(300_000);
  expect(asked).toBe(3);
  expect(said).toEqual([
    "STS does not say which account the worker's credentials are of; it is asked again",
    "STS says which account the worker's credentials are of",
  ]);
  own.stop();
});

test("without a region nobody is asked", async () => {
  const refuse = (): Promise<never> => Promise.reject(new Error("asked"));
  const log = { info: () => {}, warn: () => {} };
  const own = createOwnAccount({ sts: { callerAccount: refuse }, region: null, clock: testClock(), log });
  await own.ask();
  expect(own.current()).toBeNull();
});
