import { matcherOf, milliseconds, type SilenceView, SpotkeeperError } from "@spotkeeper/controller";
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT, type Io } from "../io.ts";
import { renderSilences } from "../silence/text.ts";
import type { Act } from "./registration.ts";
import { URL_HELP, workerApi } from "../worker-api.ts";

const PATH = "/api/v1/silences";

const HELP = `
A matcher is key=value; * and ? are wildcards, a leading ! negates. All keys must
match; a key that is given twice matches either value.

Example:
  $ spotkeeper silence add --match cluster=prod --match tag.team=x --for 2h \\
      --author ana --comment "load test"`;

interface AddOptions {
  readonly url?: string;
  readonly match: readonly string[];
  readonly all?: true;
  readonly for?: number;
  readonly until?: string;
  readonly from?: string;
  readonly author?: string;
  readonly comment?: string;
}

/** `silence add|list|expire`: manages silences of a running worker, over its HTTP API. */
export function silence(program: Command, act: Act): void {
  const parent = program.command("silence").description("silence alerts about some incidents, for a while");
  parent
    .command("add")
    .description("silence alerts that match, until a time")
    .option("--match <key=value>", "which incidents; repeatable", together, [])
    .option("--all", "silence everything")
    .addOption(new Option("--for <duration>", "duration, such as 90m or 2h").argParser(spanOf).conflicts("until"))
    .option("--until <time>", "end, such as 2026-01-31T12:00:00Z", timeOf)
    .option("--from <time>", "begin (default: now)", timeOf)
    .option("--author <name>", "who asks for it (default: USER)")
    .option("--comment <text>", "why")
    .option("--url <url>", URL_HELP)
    .addHelpText("after", HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const given = command.opts<AddOptions>();
        const made = await workerApi(context, given.url).send("POST", PATH, askedFor(given, io));
        await print(io, options.output, [made as SilenceView]);
        return EXIT.done;
      }),
    );
  parent
    .command("list", { isDefault: true })
    .description("list silences, newest first")
    .option("--ended", "include ended silences", false)
    .option("--url <url>", URL_HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const { url, ended } = command.opts<{ url?: string; ended: boolean }>();
        const { items } = (await workerApi(context, url).get(PATH)) as { readonly items: readonly SilenceView[] };
        const wanted = items.filter(({ state }) => ended || state !== "ended");
        await print(io, options.output, wanted);
        return EXIT.done;
      }),
    );
  parent
    .command("expire")
    .description("end a silence now")
    .argument("<id>", "as list shows it")
    .option("--url <url>", URL_HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const { url } = command.opts<{ url?: string }>();
        const [id = ""] = command.args;
        const ended = await workerApi(context, url).send("DELETE", `${PATH}/${encodeURIComponent(id)}`);
        await print(io, options.output, [ended as SilenceView]);
        return EXIT.done;
      }),
    );
}

/** Returns the body of the request. Throws SK-CALL-MATCH and SK-CALL-SILENCE. */
function askedFor(given: AddOptions, io: Pick<Io, "env">): object {
  const match = matcherOf(given.match);
  const author = given.author ?? io.env["USER"] ?? "";
  const [matches, all] = [given.match.length > 0, given.all === true];
  const lacks: readonly (readonly [boolean, string])[] = [
    [!matches && !all, "--match is wanted: without any, everything would be silenced. Say so with --all."],
    [matches && all, "--all and --match are given: leave one out."],
    [given.until === undefined && given.for === undefined, "--for or --until is wanted: a silence ends."],
    [(given.comment ?? "") === "", "--comment is wanted: why?"],
    [author === "", "--author is wanted: who asks for it?"],
  ];
  const wrong = lacks.flatMap(([is, message]) => (is ? [message] : []));
  if (wrong.length > 0) throw new SpotkeeperError("SK-CALL-SILENCE", wrong.join("\n"));
  return {
    match,
    ...(given.all === true ? { all: true } : {}),
    ...(given.from === undefined ? {} : { startsAt: given.from }),
    // Send a duration, since the worker's clock may differ from this machine's.
    ...(given.for === undefined ? { endsAt: given.until } : { seconds: given.for / 1_000 }),
    author,
    comment: given.comment,
  };
}

const print = (io: Io, output: "text" | "json", all: readonly SilenceView[]): Promise<void> =>
  io.stdout.write(output === "json" ? all.map((one) => `${JSON.stringify(one)}\n`).join("") : renderSilences(all));

const together = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function spanOf(text: string): number {
  const span = milliseconds(text);
  if (!(span > 0)) throw new InvalidArgumentError("It wants a duration, such as 90m or 2h.");
  return span;
}

function timeOf(text: string): string {
  const at = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(at))
    throw new InvalidArgumentError("It wants a time with its zone, such as 2026-01-31T12:00:00Z.");
  return new Date(at).toISOString();
}
