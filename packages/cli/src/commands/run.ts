import { resolve } from "node:path";
import { asDryRun, type Config, createLog, type Running, runWorker, systemClock } from "@spotkeeper/controller";
import type { Command } from "commander";
import { DEFAULT_CONFIG } from "../context.ts";
import { EXIT, usesColors } from "../io.ts";
import { pageFolder } from "../page.ts";
import type { Act } from "./registration.ts";

/** A little less than the 10 s that HELP promises, so that there is time to exit. */
const DRAIN_WITHIN = 9_000;
const END_WITHIN = 9_800;

const HELP = `
SIGINT or SIGTERM stops the worker within 10 s; a second one stops it at once.
Work in progress goes on with the next start.

SIGHUP reads the config again: policy, channels, routes and suppress take effect at once, the log names what needs
a restart. An invalid config is logged, and changes nothing.

Without ledger.file, archive.file and inventory.file the worker keeps its files in the working folder:
spotkeeper.db, spotkeeper-archive.db and spotkeeper-inventory.db.`;

/** `run`: runs the worker. Alerts of the console channel go to standard output, the log to standard error. */
export function run(program: Command, act: Act): void {
  program
    .command("run")
    .description("run the worker: read messages, drain, tell people, serve the API")
    .option("--dry-run", "tell what would be done, change nothing", false)
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, config: read, configFile }, command) => {
        const { dryRun } = command.opts<{ dryRun: boolean }>();
        const load = (): Config => {
          const given = read();
          return dryRun ? { ...given, policy: asDryRun(given.policy) } : given;
        };
        const config = load();
        const { stdout, stderr, env } = io;
        const output = { write: (text: string) => void stderr.write(text), isTTY: stderr.isTTY };
        const log = createLog({ ...config.log, output, color: usesColors(stderr, env), clock: systemClock });
        if (configFile === null)
          log.warn({ lookedFor: [resolve(DEFAULT_CONFIG), "SPOTKEEPER_CONFIG"] }, "no config was found");
        // Listen for interrupts before the worker starts, so that an early interrupt drains it too.
        const interrupted = io.interrupted();
        let running: Running | null = null;
        // From now on: without a handler, a SIGHUP ends the process.
        io.onHangup(() => running?.reload(load));
        running = await runWorker({
          config,
          log,
          env,
          output: {
            write: (text) => void stdout.write(text),
            isTTY: stdout.isTTY,
            ...(stdout.columns === null ? {} : { columns: stdout.columns }),
          },
          color: usesColors(stdout, env),
          page: pageFolder(),
        });
        const queues = config.sources.sqs.map((queue) => queue.queueUrl);
        log.info({ url: running.url, queues, dryRun: config.policy.defaults.dryRun }, "the worker runs");
        const signal = await interrupted;
        log.info({ signal }, "draining; once more stops at once");
        const drained = await Promise.race([
          running.stop(DRAIN_WITHIN).then(() => true),
          systemClock.sleep(END_WITHIN).then(() => false),
        ]);
        log.info({ drained }, drained ? "drained" : "what still ran goes on with the next start");
        return signal === "SIGINT" ? EXIT.interrupted : EXIT.done;
      }),
    );
}
