import { readFileSync } from "node:fs";
import { loadConfig } from "@spotkeeper/controller";
import { type Command, InvalidArgumentError } from "commander";
import type { Act } from "./registration.ts";
import { whole } from "./whole.ts";

const HELP = `
The real worker handles warnings that come as the trace says, through the real AWS SDK;
only the endpoint is a simulator on this machine. No AWS account is needed or touched.
Time runs --speed times as fast, and 6 times while work is at stake.

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

/** `spotkeeper sandbox`; what `npm start` runs. */
export function sandbox(program: Command, act: Act): void {
  program
    .command("sandbox")
    .description("a simulated fleet under a real trace, the whole flow, and the API; no AWS account")
    .option("--trace <file>", "a trace: a file, or g4dn, p3, training-on-a-dime", "p3")
    .option("--speed <factor>", "simulated seconds in a second", speedOf, 60)
    .option("--port <port>", "of the HTTP API; 0 takes any that is free", whole(0, 65_535), 8787)
    .option("--duration <seconds>", "end after so many seconds", whole(1, 86_400))
    .option("--policy <file>", "a config whose policy is used (default: the config's own)")
    .option("--seed <number>", "of the fleet and what happens to it", whole(0, 2 ** 31), 1)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config }, command) => {
        const given = command.opts<Given>();
        const from =
          given.policy === undefined ? config() : loadConfig(given.policy, (path) => readFileSync(path, "utf8"));
        // Loaded here: other commands need neither the AWS SDK nor the simulator.
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
