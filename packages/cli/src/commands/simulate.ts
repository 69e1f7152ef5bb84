import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { loadConfig, SpotkeeperError } from "@spotkeeper/controller";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import { readInput } from "../input.ts";
import { EXIT, type ExitCode } from "../io.ts";
import type { StormMix } from "../simulate/storm.ts";
import type { UserFleet } from "../simulate/swarm/user-fleet.ts";
import type { Act } from "./registration.ts";
import { createProgress, type Progress } from "./progress.ts";
import { wholeNumber } from "./whole-number.ts";

const HELP = `
--storm interrupts all instances of a fleet of that size at once. The fleet has one ECS
cluster and one group for each of --clusters, over --buckets accounts and regions with
AWS's request limits. --trace plays a recorded trace against the sandbox's fleet. The same
seed gives the same outcome.
--swarm plays generated worlds, one for each seed: fleets, events and faults within AWS's
rules. Each world is checked for what must never happen. A world that fails is reduced and
told as a story, and the exit code is 1. The outcome does not depend on --jobs. --facts
plays your fleet instead of generated ones; with it, --config plays your policy.

Examples:
  $ spotkeeper simulate --storm 1000
  $ spotkeeper simulate --swarm 1000 --seed 7
  $ spotkeeper simulate --swarm 1000 --facts fleet.json --config spotkeeper.yaml
  $ spotkeeper simulate --trace g4dn --policy spotkeeper.yaml --output json`;

interface SimulateOptions {
  readonly storm?: number;
  readonly trace?: string;
  readonly swarm?: number;
  readonly jobs: number;
  readonly facts?: string;
  readonly policy?: string;
  readonly clusters?: number;
  readonly buckets: number;
  readonly mix: StormMix;
  readonly seed: number;
}

/** `simulate --storm N`, `simulate --trace FILE` and `simulate --swarm N`. */
export function simulate(program: Command, act: Act): void {
  program
    .command("simulate")
    .description("try a policy on a virtual clock: a storm, a trace, or generated worlds")
    .option("--storm <count>", "interrupt this many instances at once", wholeNumber(1, 100_000))
    .option("--trace <file>", "play a trace: a file, or g4dn, p3, training-on-a-dime")
    .option("--swarm <worlds>", "play this many generated worlds", wholeNumber(1, 10_000_000))
    .addOption(
      new Option("--jobs <count>", "threads for a swarm")
        .argParser(wholeNumber(1, 256))
        .default(defaultJobs(), "one for each core, at most eight"),
    )
    .option("--facts <file>", "the fleet of a swarm's worlds, as JSON (spotkeeper facts writes it)")
    .option("--policy <file>", "a config whose policy is tried (default: the config's)")
    .option(
      "--clusters <count>",
      "ECS clusters of a storm's fleet (default: 10, at most --storm)",
      wholeNumber(1, 1_000),
    )
    .option("--buckets <count>", "accounts and regions of a storm's fleet", wholeNumber(1, 100), 5)
    .addOption(
      new Option("--mix <mix>", "a storm's events; thirds: warnings, recommendations, ends without warning")
        .choices(["warnings", "thirds"])
        .default("warnings"),
    )
    .option("--seed <number>", "seed of everything random", wholeNumber(0, 2 ** 31), 1)
    .addHelpText("after", HELP)
    .action(
      act(async (context, command) => {
        const { io, options, config } = context;
        const given = command.opts<SimulateOptions>();
        const { storm: size, trace, swarm: worlds } = given;
        const modes = (["storm", "trace", "swarm"] as const).filter((name) => given[name] !== undefined);
        if (modes.length !== 1) {
          const got = modes.length === 0 ? "none" : modes.map((name) => `--${name}`).join(" and ");
          throw new SpotkeeperError(
            "SK-CALL-SIMULATE",
            `simulate wants one of --storm, --trace and --swarm, got ${got}.`,
          );
        }
        mustBeUsed(command, given, options.config !== undefined);
        const progress = createProgress(io);
        if (worlds !== undefined) return swarm({ worlds, ...given }, context, progress);
        const clusters = given.clusters ?? Math.min(size ?? Infinity, 10);
        if (size !== undefined && clusters > size) {
          throw new SpotkeeperError(
            "SK-CALL-SIMULATE",
            `--clusters: got ${clusters}, wants ${size} at most: each cluster has an instance of --storm ${size}.`,
          );
        }
        const { policy } = given.policy === undefined ? config() : policyFrom(given.policy);
        const shared = {
          ...given,
          clusters,
          policy,
          overrides: policy.clusters,
          wall: io.now,
          onProgress: progress.show,
        };
        // Imported here: other commands need neither the AWS SDK nor the simulator.
        const { simulateStorm } = await import("../simulate/storm.ts");
        const { simulateTrace } = await import("../simulate/trace.ts");
        const { readTrace } = await import("../simulate/trace-file.ts");
        const { renderOutcome } = await import("../simulate/text.ts");
        const outcome =
          size === undefined
            ? await simulateTrace({ ...shared, trace: readTrace(trace ?? "") })
            : await simulateStorm({ ...shared, size });
        await progress.clear();
        await io.stdout.write(options.output === "json" ? `${JSON.stringify(outcome)}\n` : renderOutcome(outcome));
        return EXIT.done;
      }),
    );
}

/** The options that only some modes take: which modes, and what to use instead. */
const TAKEN: { readonly [option: string]: { readonly by: readonly string[]; readonly instead?: string } } = {
  jobs: { by: ["swarm"] },
  facts: { by: ["swarm"] },
  policy: {
    by: ["storm", "trace"],
    instead: "with --facts, --config names your policy; generated fleets have generated ones",
  },
  clusters: { by: ["storm"] },
  buckets: { by: ["storm"] },
  mix: { by: ["storm"] },
};

/** Throws SK-CALL-SIMULATE if an option was given that the mode does not use. */
function mustBeUsed(command: Command, given: SimulateOptions, isConfigGiven: boolean): void {
  const mode = given.swarm !== undefined ? "swarm" : given.storm !== undefined ? "storm" : "trace";
  const refuse = (what: string): never => {
    throw new SpotkeeperError("SK-CALL-SIMULATE", what);
  };
  for (const [option, { by, instead }] of Object.entries(TAKEN)) {
    if (by.includes(mode) || command.getOptionValueSource(option) !== "cli") continue;
    if (mode === "swarm" && instead === undefined) refuse(`--${option}: --swarm makes its own; leave it out.`);
    const takers = by.map((one) => `--${one}`).join(" and ");
    refuse(`--${option} is only for ${takers}, not for --${mode}: ${instead ?? "leave it out"}.`);
  }
  if (!isConfigGiven) return;
  if (mode === "swarm" && given.facts === undefined)
    refuse("--config: generated fleets have generated policies; give your fleet with --facts, or leave it out.");
  if (given.policy !== undefined)
    refuse("--policy and --config both name a config whose policy is tried; leave one of them out.");
}

interface SwarmCall {
  readonly worlds: number;
  readonly seed: number;
  readonly jobs: number;
  readonly facts?: string;
}

async function swarm(call: SwarmCall, context: Context, progress: Progress): Promise<ExitCode> {
  const { worlds, seed, jobs } = call;
  const { io, options } = context;
  const user = await userFleet(call, context);
  const { runSwarm } = await import("../simulate/swarm/swarm.ts");
  const { startThreads } = await import("../simulate/swarm/threads.ts");
  const { renderSwarm } = await import("../simulate/swarm/text.ts");
  const { players, end } = startThreads(Math.min(jobs, worlds), user);
  try {
    const outcome = await runSwarm({ players, user, seed, worlds, wall: io.now, onProgress: progress.show });
    await progress.clear();
    await io.stdout.write(options.output === "json" ? `${JSON.stringify(outcome)}\n` : renderSwarm(outcome));
    return outcome.failures.length === 0 && outcome.unmet.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await end();
  }
}

/**
 * Reads the fleet of --facts, and the policy if --config names one. Returns null without --facts: fleet and policy are
 * then generated.
 */
async function userFleet({ facts: file }: SwarmCall, { io, options, config }: Context): Promise<UserFleet | null> {
  if (file === undefined) return null;
  const { readFacts } = await import("../facts/parse.ts");
  const { holdersOf, queuesOf } = await import("../simulate/swarm/user-fleet.ts");
  const facts = readFacts(await readInput(file, io), file);
  if (holdersOf(facts).length === 0)
    throw new SpotkeeperError("SK-INPUT-FACTS", `${file}: got no instance, wants a group or an instance to play with.`);
  const configFile = options.config ?? null;
  const own = config();
  return { facts, file, configFile, policy: configFile === null ? null : own.policy, queues: queuesOf(own) };
}

/** Returns the default number of threads: one for each core, at most eight, since each takes about 200 MB. */
const defaultJobs = (): number => Math.min(8, availableParallelism());

const policyFrom = (file: string): ReturnType<typeof loadConfig> =>
  loadConfig(file, (path) => readFileSync(path, "utf8"));
