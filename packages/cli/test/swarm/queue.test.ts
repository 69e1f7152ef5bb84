import { expect, test } from "vitest";
import { virtualClock } from "@spotkeeper/simulator";
import { createQueue } from "../../src/simulate/swarm/workers/queue.ts";

const FIRST = "i-00000000000000001";
const SECOND = "i-00000000000000002";

function bench() {
  const clock = virtualClock(0);
  const taken: string[] = [];
  return { clock, taken, queue: createQueue(clock, (body) => void taken.push(body)) };
}

test("what is said keeps its order, unless a message is held", () => {
  const { taken, queue } = bench();
  for (const body of [`1 ${FIRST}`, `2 ${SECOND}`, "3"]) queue.send(body);
  expect(taken).toEqual([`1 ${FIRST}`, `2 ${SECOND}`, "3"]);
});

test("a message of an instance that is held comes right after the next one of the same instance", () => {
  const { taken, queue } = bench();
  queue.holdNext();
  for (const body of ["of no instance", `warning ${FIRST}`, `other ${SECOND}`, `end ${FIRST}`, `gone ${FIRST}`])
    queue.send(body);
  expect(taken).toEqual(["of no instance", `other ${SECOND}`, `end ${FIRST}`, `warning ${FIRST}`, `gone ${FIRST}`]);
  expect(queue.had.map(({ body }) => body)).toEqual(taken);
});

test("where no later one comes it is held for two and a half minutes", async () => {
  const { clock, taken, queue } = bench();
  queue.holdNext();
  queue.send(`warning ${FIRST}`);
  await clock.runUntil(149_999);
  expect(taken).toEqual([]);
  await clock.runUntil(150_000);
  expect(taken).toEqual([`warning ${FIRST}`]);
  expect(queue.had).toEqual([{ at: 150_000, body: `warning ${FIRST}` }]);
});
