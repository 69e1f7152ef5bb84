import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createSerialiser } from "../../src/notify/outbox/serialise.ts";
import { bench, fakeChannel } from "./support/bench.ts";

test("work of one key is done in order and never side by side; that of others does not wait", async () => {
  const turns = createSerialiser();
  const done: string[] = [];
  let running = 0;
  const work = (name: string) => async () => {
    running += 1;
    expect(running).toBe(1);
    await setImmediate();
    running -= 1;
    done.push(name);
    return name;
  };
  const failing = (): Promise<never> => Promise.reject(new Error("away"));
  const all = [turns("a", work("1")), turns("a", failing), turns("a", work("2"))];
  const other = turns("b", () => Promise.resolve("b"));
  expect(await other).toBe("b");
  expect(done).toEqual([]);
  expect(await Promise.allSettled(all)).toMatchObject([
    { value: "1" },
    { reason: { message: "away" } },
    { value: "2" },
  ]);
  expect(done).toEqual(["1", "2"]);
});

test("thirty channels that answer at one moment are told once each, and all of it is written down", async () => {
  const on = bench();
  const channels = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`channel-${n}`, fakeChannel(on.clock)]));
  const alerts = on.worker(channels);
  await on.join("i-1");
  await on.run(alerts, 60_000);
  for (const channel of Object.values(channels)) expect(channel.sent.map(({ at }) => at)).toEqual([5_000]);
  const { sends } = (await on.alert()).body;
  expect(Object.values(sends).map(({ state }) => state)).toEqual(Array.from({ length: 30 }, () => "sent"));
  await on.ledger.close();
});
