import { writeFile } from "node:fs/promises";
import { readFleet, SpotkeeperError } from "@spotkeeper/controller";
import type { Command } from "commander";
import { reasonOf } from "../input.ts";
import { EXIT, type Io } from "../io.ts";
import { printable } from "../table.ts";
import type { Act } from "./registration.ts";
import { createProgress } from "./progress.ts";

const HELP = `
Reads groups, instances, ECS services and tasks, load balancers and their targets, and
prints them as the document that replay and simulate --swarm take with --facts. Nothing in
AWS is changed. Accounts, roles and regions come from the config; --region names other
regions. What may not be read is reported and left out. Only tags that the policy or
Spotkeeper uses are included.
The document is always JSON: --output text is refused, --output FILE writes to a file.

Examples:
  $ spotkeeper facts > fleet.json
  $ spotkeeper facts --region eu-west-1 --region us-east-1 --output fleet.json
  $ spotkeeper simulate --swarm 1000 --facts fleet.json`;

const several = (region: string, all: readonly string[]): string[] => [...new Set([...all, region])];

/** `spotkeeper facts [--region …] [--output FILE]`. */
export function facts(program: Command, act: Act): void {
  program
    .command("facts")
    .description("read your fleet from AWS and print it as JSON (--output FILE writes to a file)")
    .option("--region <region>", "read this region instead of the config's; repeatable", several, [])
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, outputFile, config }, command) => {
        const { region: regions } = command.opts<{ region: readonly string[] }>();
        for (const region of regions) mustBeRegion(region);
        const progress = createProgress(io);
        const read = await readFleet({ config: config(), regions, env: io.env, onProgress: progress.show });
        await progress.clear();
        const { factsFrom } = await import("../facts/from-aws.ts");
        const { printFacts } = await import("../facts/print.ts");
        const failures = read.places.flatMap((place) =>
          place.unread.map((one) => ({ ...one, where: `${place.account ?? "own account"}/${place.region}` })),
        );
        for (const { where, message, times } of failures)
          await io.stderr.write(
            `${printable(`${where}: not read: ${message}${times === 1 ? "" : ` (${times} times)`}`)}\n`,
          );
        const document = factsFrom(read);
        await put(outputFile, printFacts(document), io);
        const { groups, instances, services, targetGroups } = document;
        const count = groups.reduce((sum, group) => sum + group.instances.length, instances.length);
        await io.stderr.write(
          `${groups.length} groups, ${count} instances, ${services.length} services, ${targetGroups.length} target groups` +
            `${failures.length === 0 ? "" : `; ${failures.length} kinds of questions were not answered`}\n`,
        );
        return read.answered ? EXIT.done : EXIT.failed;
      }),
    );
}

function mustBeRegion(region: string): void {
  if (/^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/.test(region)) return;
  throw new SpotkeeperError("SK-CALL-REGION", `--region: got ${region}, wants a region, such as eu-west-1.`);
}

async function put(file: string | null, text: string, { stdout }: Pick<Io, "stdout">): Promise<void> {
  if (file === null) return stdout.write(text);
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new SpotkeeperError("SK-FACTS-UNWRITABLE", `${file} cannot be written: ${reasonOf(cause)}.`, { cause });
  }
}
