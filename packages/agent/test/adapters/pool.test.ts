import { expect, test } from "vitest";
import { drainPool, drainWorkerPool } from "../../src/adapters/pool.ts";
import { agentOf, handlerOf } from "../support/agent.ts";

test("a pool of connections is ended after everything that needs it", async () => {
  const order: string[] = [];
  const agent = agentOf();
  agent.onDrain("database", drainPool({ end: async () => order.push("ended") }));
  agent.onDrain("work", () => void order.push("worked"));
  agent.onDrain("state", () => void order.push("saved"), { phase: "save" });
  await agent.drain();
  expect(order).toEqual(["worked", "saved", "ended"]);
});

test("tasks of a pool of workers come to their end, or are cut off", async () => {
  const agent = agentOf({ unready: 0, finish: 100 });
  let destroyed = false;
  agent.onDrain("good", drainWorkerPool({ close: () => Promise.resolve() }));
  const hangs = { close: () => new Promise<void>(() => {}), destroy: () => void (destroyed = true) };
  agent.onDrain("hangs", drainWorkerPool(hangs));
  const report = await agent.drain();
  expect(handlerOf(report, "finish")).toMatchObject({ name: "good", outcome: "done" });
  expect(report.phases[0]?.handlers[1]).toMatchObject({
    name: "hangs",
    outcome: "cut-off",
    notes: ["tasks were cut off"],
  });
  expect(destroyed).toBe(true);
});
