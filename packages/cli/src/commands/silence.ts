import { milliseconds, type SilenceView } from "@spotkeeper/controller";
import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT, type Io } from "../io.ts";
import {
  askedFor,
  changeFor,
  PATH,
  pathOf,
  preview,
  refuse,
  type TimedOptions,
  type WhatOptions,
  wrongWhat,
} from "../silence/request.ts";
import { renderPreview, renderSilenced, renderSilences } from "../silence/text.ts";
import type { Act } from "./registration.ts";
import { URL_HELP, workerApi } from "../worker-api.ts";

const HELP = `
A matcher is key=value; * and ? are wildcards, a leading ! negates. All keys must
match; a key that is given twice matches either value.

Example:
  $ spotkeeper silence add --match cluster=prod --match tag.team=x --for 2h \\
      --author ana --comment "load test"`;

/** `silence add|preview|list|edit|expire`: manages silences of a running worker, over its HTTP API. */
export function silence(program: Command, act: Act): void {
  const parent = program.command("silence").description("silence alerts about some incidents, for a while");
  timed(parent.command("add").description("silence alerts that match, until a time"))
    .addHelpText("after", HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const given = command.opts<TimedOptions>();
        const api = workerApi(context, given.url);
        const made = (await api.send("POST", PATH, askedFor(given, io))) as SilenceView;
        await print(io, options.output, [made]);
        await io.stderr.write(`${renderPreview(await preview(api, given))}\n`);
        return EXIT.done;
      }),
    );
  what(
    parent.command("preview").description("show which open incidents a silence would match; changes nothing"),
  ).action(
    act(async (context, command) => {
      const { io, options } = context;
      const given = command.opts<WhatOptions>();
      refuse(wrongWhat(given));
      const found = await preview(workerApi(context, given.url), given);
      if (options.output === "json") await io.stdout.write(`${JSON.stringify(found)}\n`);
      else await io.stdout.write(`${renderPreview(found)}\n${renderSilenced(found)}`);
      return EXIT.done;
    }),
  );
  timed(parent.command("edit").description("change a silence that has not ended; what is not given stays"))
    .argument("<id>", "as list shows it")
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const given = command.opts<TimedOptions>();
        const [id = ""] = command.args;
        const changed = await workerApi(context, given.url).send("PATCH", pathOf(id), changeFor(given, io));
        await print(io, options.output, [changed as SilenceView]);
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
        const ended = await workerApi(context, url).send("DELETE", pathOf(id));
        await print(io, options.output, [ended as SilenceView]);
        return EXIT.done;
      }),
    );
}

const what = (command: Command): Command =>
  command
    .option("--match <key=value>", "which incidents; repeatable", together, [])
    .option("--all", "silence everything")
    .option("--url <url>", URL_HELP);

const timed = (command: Command): Command =>
  what(command)
    .addOption(new Option("--for <duration>", "duration, such as 90m or 2h").argParser(spanOf).conflicts("until"))
    .option("--until <time>", "end, such as 2026-01-31T12:00:00Z", timeOf)
    .option("--from <time>", "begin (default: now)", timeOf)
    .option("--author <name>", "who asks for it (default: USER)")
    .option("--comment <text>", "why");

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
