import { split, SpotkeeperError } from "@spotkeeper/controller";
import type { Command } from "commander";
import { noMessage, readInput } from "../input.ts";
import { EXIT } from "../io.ts";
import type { Act } from "./registration.ts";
import { createProgress } from "./progress.ts";
import { wholeNumber } from "./whole-number.ts";

const HELP = `
Messages have the same forms as for explain. Without --live they are handled against a
simulated fleet that has the instances they name, on a virtual clock: each message at its
own time, without waiting. --facts describes the fleet:

  { "groups": [{ "name": "web", "cluster": "shop", "type": "m5.large", "desired": 6,
                 "instances": ["i-0123456789abcdef0"], "hooks": ["graceful-shutdown-hook"] }],
    "services": [{ "cluster": "shop", "name": "web", "desired": 4, "balanced": true }] }

With --live they are handled against AWS by a worker with your config, its ledger and its
channels; add --dry-run to change nothing.

Examples:
  $ spotkeeper replay messages.json --facts fleet.json
  $ aws sqs receive-message --queue-url URL | spotkeeper replay --live --dry-run`;

interface Given {
  readonly facts?: string;
  readonly live: boolean;
  readonly dryRun: boolean;
  readonly seed: number;
}

/** `spotkeeper replay [FILE|-]`. */
export function replay(program: Command, act: Act): void {
  program
    .command("replay")
    .description("handle messages against a simulated fleet, or against AWS")
    .argument("[file]", "a file with messages (default: standard input, also as -)")
    .option("--facts <file>", "the simulated fleet, as JSON")
    .option("--live", "use AWS, not a simulated fleet", false)
    .option("--dry-run", "show what would be done, change nothing", false)
    .option("--seed <number>", "seed of the simulated fleet and its events", wholeNumber(0, 2 ** 31), 1)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config: read }, command) => {
        const { facts, live, dryRun, seed } = command.opts<Given>();
        if (live && facts !== undefined) {
          throw new SpotkeeperError("SK-CALL-REPLAY", "--facts describes a simulated fleet; with --live AWS tells.");
        }
        if (live && command.getOptionValueSource("seed") === "cli")
          throw new SpotkeeperError("SK-CALL-REPLAY", "--seed is of a simulated fleet; with --live leave it out.");
        const config = read();
        const [name = "-"] = command.args;
        if (name === "-" && io.stdin.isTTY === true) await io.stderr.write("Reading messages; end with Ctrl-D.\n");
        const messages = split(await readInput(name, io), { file: name === "-" ? null : name });
        if (messages.length === 0) await io.stderr.write(noMessage(name));
        const progress = createProgress(io);
        const onProgress = progress.show;
        // Imported here: other commands need neither the AWS SDK nor the simulator.
        const { renderReplay, replayLines } = await import("../simulate/replay/text.ts");
        const done = live
          ? await (await import("../simulate/replay/live.ts")).replayLive(io, { messages, config, dryRun, onProgress })
          : await (
              await import("../simulate/replay/simulated.ts")
            ).replaySimulated(io, {
              messages,
              facts,
              config,
              dryRun,
              seed,
              onProgress,
            });
        await progress.clear();
        if (options.output === "text") await io.stdout.write(renderReplay(done));
        else for (const line of replayLines(done)) await io.stdout.write(`${JSON.stringify(line)}\n`);
        if (done.interrupted) return EXIT.interrupted;
        return done.results.some(({ verdict }) => verdict.is === "later") ? EXIT.failed : EXIT.done;
      }),
    );
}
