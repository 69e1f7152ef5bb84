import { systemClock } from "../clock.ts";
import { type Checkpoint, checkpointOn, type CheckpointOptions, type Collect } from "./checkpoint.ts";

export type { Checkpoint, CheckpointOptions, Collect, Restored, RestoreOptions } from "./checkpoint.ts";
export type { CheckpointStore } from "./store.ts";
export type { S3Like, S3StoreOptions } from "./s3.ts";
export { fileStore } from "./file.ts";
export { restore } from "./checkpoint.ts";
export { s3Store } from "./s3.ts";

/**
 * Saves the data that `collect` returns (JSON or bytes) in the phase `save`. The previous checkpoint is kept until the
 * new one is complete.
 *
 * @example
 * const store = fileStore("/var/lib/orders");
 * agent.onDrain("orders", checkpoint("orders", () => queue.snapshot(), { store }));
 * const before = await restore("orders", { store, once: true });
 *
 * @throws SpotkeeperError `SK-AGENT-CHECKPOINT-NAME`; when saving `SK-AGENT-CHECKPOINT-TOO-LARGE`,
 * `SK-AGENT-CHECKPOINT-DATA`, and any error of the store
 */
export const checkpoint = (name: string, collect: Collect, options: CheckpointOptions): Checkpoint =>
  checkpointOn(systemClock, name, collect, options);
