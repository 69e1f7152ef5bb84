import { expect, test, vi } from "vitest";
import { drainBullWorker } from "../../src/adapters/bullmq.ts";
import { agentOf, handlerOf, reached } from "../support/agent.ts";
import { startJobs } from "../support/jobs.ts";
import { hasRedis, startRedis } from "../support/redis.ts";

test.skipIf(!hasRedis)("jobs in hand are finished, and no more are taken", async () => {
  await using redis = await startRedis();
  const done: number[] = [];
  const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
  let begun = 0;
  const handle = async (job: { readonly data: { number: number } }): Promise<void> => {
    begun += 1;
    await go;
    done.push(job.data.number);
  };
  const { queue, worker } = await startJobs(redis, 6, handle, 2);
  const agent = agentOf();
  agent.onDrain("jobs", drainBullWorker(worker));
  await vi.waitFor(() => expect(begun).toBe(2), { timeout: 10_000 });
  const finishing = reached(agent, "finish");
  const drained = agent.drain();
  await finishing;
  letGo();
  expect((await drained).outcome).toBe("drained");
  expect(done).toHaveLength(2);
  expect(await queue.getJobCounts("completed", "wait", "active")).toMatchObject({ completed: 2, wait: 4, active: 0 });
  await queue.close();
});

test.skipIf(!hasRedis)("jobs that are not done in time go back to wait at once", async () => {
  await using redis = await startRedis();
  let begun = 0;
  const handle = (): Promise<never> => {
    begun += 1;
    return new Promise(() => {});
  };
  const { queue, worker } = await startJobs(redis, 1, handle);
  const agent = agentOf({ unready: 0, finish: 1_500 });
  agent.onDrain("jobs", drainBullWorker(worker));
  await vi.waitFor(() => expect(begun).toBe(1), { timeout: 10_000 });
  const report = await agent.drain();
  expect(handlerOf(report, "finish")).toMatchObject({
    outcome: "cut-off",
    notes: ["1 of 1 unfinished jobs returned to the queue"],
  });
  expect(await queue.getJobCounts("wait", "active")).toMatchObject({ wait: 1, active: 0 });
  await queue.close();
});

test.skipIf(!hasRedis)("of a notice that is called off, a job in hand goes on and is not given back", async () => {
  await using redis = await startRedis();
  const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
  let begun = 0;
  const { queue, worker } = await startJobs(redis, 1, async () => {
    begun += 1;
    await go;
  });
  const drainable = drainBullWorker(worker);
  await vi.waitFor(() => expect(begun).toBe(1), { timeout: 10_000 });
  const context = { signal: AbortSignal.abort(), calledOff: true, note: () => {} } as never;
  await drainable["stop-intake"]?.(context);
  await drainable.finish?.(context);
  await drainable.resume?.();
  expect(await queue.getJobCounts("wait", "active")).toMatchObject({ wait: 0, active: 1 });
  letGo();
  await vi.waitFor(async () => expect(await queue.getJobCounts("completed")).toMatchObject({ completed: 1 }));
  expect(begun).toBe(1);
  await worker.close();
  await queue.close();
});
