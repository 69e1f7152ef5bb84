import { Queue, Worker } from "bullmq";
import type { Redis } from "./redis.ts";

/** So many jobs, and a worker that takes them all at once. */
export async function startJobs(
  redis: Redis,
  jobs: number,
  handle: () => Promise<void>,
): Promise<{ readonly queue: Queue; readonly worker: Worker }> {
  const connection = { host: "127.0.0.1", port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue("work", { connection });
  await queue.addBulk(Array.from({ length: jobs }, () => ({ name: "job", data: {} })));
  return { queue, worker: new Worker("work", handle, { connection, concurrency: jobs }) };
}
