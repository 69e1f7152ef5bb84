import { type Job, Queue, Worker } from "bullmq";
import type { Redis } from "./redis.ts";

/** So many jobs, and a worker that takes all of them at once, or fewer. */
export async function startJobs(
  redis: Redis,
  jobs: number,
  handle: (job: Job<{ readonly number: number }>) => Promise<void>,
  concurrency = jobs,
): Promise<{ readonly queue: Queue; readonly worker: Worker }> {
  const connection = { host: "127.0.0.1", port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue("work", { connection });
  await queue.addBulk(Array.from({ length: jobs }, (_, number) => ({ name: "job", data: { number } })));
  return { queue, worker: new Worker("work", handle, { connection, concurrency }) };
}
