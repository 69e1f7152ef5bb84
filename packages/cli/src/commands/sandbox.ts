import { readFileSync } from "node:fs";
import { loadConfig } from "@spotkeeper/controller";
import { type Command, InvalidArgumentError } from "commander";
import type { Act } from "./registration.ts";
import { wholeNumber } from "./whole-number.ts";

const HELP = `
The real worker handles the interruptions of a recorded trace through the real AWS SDK;
only the endpoint is a simulator on this machine. No AWS account is needed.
Time runs --speed times as fast, and 6 times as fast while an instance is draining.

Examples:
  $ spotkeeper sandbox
  $ spotkeeper sandbox --trace g4dn --speed 10 --policy spotkeeper.yaml
  $ spotkeeper sandbox --duration 60 | tee story.txt`;

interface Given {
  readonly trace: string;
  readonly speed: number;
  readonly port: number;
  readonly duration?: number;
  readonly policy?: string;
  readonly seed: number;
}

/** `spotkeeper sandbox`; `npm start` runs it. */
export function sandbox(program: Command, act: Act): void {
  program
    .command("sandbox")
    .description("watch the worker handle a recorded trace on a simulated fleet, without an AWS account")
    .option("--trace <file>", "a trace: a file, or g4dn, p3, training-on-a-dime", "p3")
    .option("--speed <factor>", "simulated seconds for each real second", speedOf, 60)
    .option("--port <port>", "port of the HTTP API; 0 for any free port", wholeNumber(0, 65_535), 8787)
    .option("--duration <seconds>", "end after this many seconds", wholeNumber(1, 86_400))
    .option("--policy <file>", "a config whose policy is used (default: the config's own)")
    .option("--seed <number>", "seed of the fleet and its events", wholeNumber(0, 2 ** 31), 1)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config }, command) => {
        const given = command.opts<Given>();
        const from =
          given.policy === undefined ? config() : loadConfig(given.policy, (path) => readFileSync(path, "utf8"));
        // Imported here: other commands need neither the AWS SDK nor the simulator.
        const { readTrace } = await import("../simulate/trace-file.ts");
        const { runSandbox } = await import("../sandbox/sandbox.ts");
        return runSandbox(io, {
          ...given,
          trace: readTrace(given.trace),
          policy: from.policy,
          duration: given.duration ?? null,
          output: options.output,
        });
      }),
    );
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && speed >= 0.1 && speed <= 600) return speed;
  throw new InvalidArgumentError("It wants a number from 0.1 to 600.");
}
