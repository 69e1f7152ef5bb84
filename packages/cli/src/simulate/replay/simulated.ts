import { asDryRun, type Config, type RawMessage } from "@spotkeeper/controller";
import { NO_FACTS } from "../../facts/document.ts";
import { readFacts } from "../../facts/parse.ts";
import { readInput } from "../../input.ts";
import type { Io } from "../../io.ts";

import { replay, type Replayed } from "./replay.ts";

export interface SimulatedOptions {
  readonly messages: readonly RawMessage[];
  /** The file that describes the fleet. */
  readonly facts: string | undefined;
  readonly config: Config;
  readonly dryRun: boolean;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
}

/** Replays messages against a simulated fleet: the facts, and what else the messages name. */
export async function replaySimulated(
  io: Pick<Io, "stdin">,
  { facts, config, dryRun, ...options }: SimulatedOptions,
): Promise<Replayed & { readonly interrupted: boolean }> {
  const { policy } = config;
  const done = await replay({
    ...options,
    facts: facts === undefined ? NO_FACTS : readFacts(await readInput(facts, io), facts),
    policy: dryRun ? asDryRun(policy) : policy,
    overrides: policy.clusters,
    telling: config,
  });
  return { ...done, interrupted: false };
}
