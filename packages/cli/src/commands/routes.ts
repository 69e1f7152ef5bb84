import {
  type ImaginedIncident,
  type RouteTrial,
  type SilenceView,
  SpotkeeperError,
  type Trial,
  TRIED_KINDS,
  tryRoutes,
} from "@spotkeeper/controller";
import { type Command, InvalidArgumentError, Option } from "commander";
import { createApi } from "../api.ts";
import { EXIT, type Io } from "../io.ts";
import { printable } from "../table.ts";
import type { Act } from "./registration.ts";

const HELP = `
What is not given is not known: it matches no pattern, and suppresses nothing. The
silences are those of the worker, if --url is given. The exit code is 1 if --expect
is given, and other channels would get an alert.

Example:
  $ spotkeeper routes test --cluster prod --group web --tag team=checkout --expect oncall`;

interface TestOptions extends Partial<Pick<ImaginedIncident, "account" | "region" | "group" | "cluster">> {
  readonly kind: ImaginedIncident["kind"];
  readonly zone?: string;
  readonly instanceType?: string;
  readonly instanceName?: string;
  readonly service: readonly string[];
  readonly tag: readonly string[];
  readonly at?: number;
  readonly url?: string;
  readonly expect: readonly string[];
}

/** `routes test`: who would be notified of an incident, and why not. Reads the config; nothing is sent. */
export function routes(program: Command, act: Act): void {
  program
    .command("routes")
    .description("which incidents are told on which channels")
    .command("test")
    .description("say who would hear of an incident, and why not; nothing is sent")
    .addOption(new Option("--kind <kind>", "what is heard").choices(TRIED_KINDS).default("spot-interruption"))
    .option("--account <id>", "of this account")
    .option("--region <name>", "of this region")
    .option("--zone <name>", "of this availability zone")
    .option("--group <name>", "of this Auto Scaling group")
    .option("--cluster <name>", "of this ECS cluster")
    .option("--service <name>", "a service that loses a task; repeatable", together, [])
    .option("--instance-type <type>", "of this instance type")
    .option("--instance-name <name>", "of an instance with this name")
    .option("--tag <name=value>", "a tag of the instance; repeatable", together, [])
    .option("--at <time>", "at this time, such as 2026-01-31T12:00:00Z (default: now)", timeOf)
    .option("--url <url>", "where the worker listens, for its silences")
    .option("--expect <channel>", "a channel that must get the alert; repeatable", together, [])
    .addHelpText("after", HELP)
    .action(
      act(async ({ io, options, config }, command) => {
        const given = command.opts<TestOptions>();
        const { routes: all, channels, suppress } = config();
        const silences = given.url === undefined ? [] : await silencesAt(given.url, io);
        const trial = tryRoutes(imaginedBy(given), {
          routes: all,
          channels: Object.keys(channels),
          suppress,
          silences,
          at: given.at ?? io.now(),
        });
        const text = options.output === "json" ? `${JSON.stringify(trial)}\n` : render(trial, given.url !== undefined);
        await io.stdout.write(text);
        const [expected, found] = [given.expect, trial.channels].map((names) =>
          [...new Set(names)].toSorted().join(", "),
        );
        if (given.expect.length === 0 || expected === found) return EXIT.done;
        await io.stderr.write(`Expected were ${expected}; it is ${found === "" ? "no channel" : found}.\n`);
        return EXIT.failed;
      }),
    );
}

function imaginedBy(given: TestOptions): ImaginedIncident {
  return {
    kind: given.kind,
    account: given.account ?? null,
    region: given.region ?? null,
    availabilityZone: given.zone ?? null,
    group: given.group ?? null,
    cluster: given.cluster ?? null,
    services: given.service,
    instanceType: given.instanceType ?? null,
    instanceName: given.instanceName ?? null,
    tags: Object.fromEntries(given.tag.map(tagOf)),
  };
}

function tagOf(word: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
  if (name === undefined || value === undefined)
    throw new SpotkeeperError("SK-CALL-MATCH", `--tag wants name=value, such as team=checkout; got ${word}.`);
  return [name, value];
}

async function silencesAt(url: string, io: Pick<Io, "env">): Promise<Parameters<typeof tryRoutes>[1]["silences"]> {
  const { items } = (await createApi(url, io.env).get("/api/v1/silences")) as {
    readonly items: readonly SilenceView[];
  };
  return items.map(({ startsAt, endsAt, createdAt, edits: _edits, ...one }) => ({
    ...one,
    startsAt: Date.parse(startsAt),
    endsAt: Date.parse(endsAt),
    createdAt: Date.parse(createdAt),
  }));
}

function render({ routes: all, channels, inhibitedBy }: Trial, asked: boolean): string {
  const lines = [
    ...all.map((one) => `${one.route ?? "default"}: ${wordsOf(one)}`),
    ...inhibitedBy.map(
      (name) => `inhibit rule ${name}: suppresses it while an incident that matches its source is open`,
    ),
    ...(asked ? [] : ["silences: not asked for; --url asks the worker"]),
    `in all: ${channels.length === 0 ? "nobody is told" : channels.join(", ")}`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function wordsOf({ result, channels, why }: RouteTrial): string {
  switch (result) {
    case "sends":
      return channels.length === 0 ? "matches, but no channel is configured" : `sends to ${channels.join(", ")}`;
    case "suppressed":
      return `matches, but nobody is told: ${why.join("; ")}`;
    case "no-match":
      return `does not match: ${why.join("; ")}`;
    case "not-tried":
      return `is not tried: ${why.join("; ")}`;
  }
}

const together = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function timeOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("It wants a time such as 2026-01-31T12:00:00Z.");
  return at;
}
