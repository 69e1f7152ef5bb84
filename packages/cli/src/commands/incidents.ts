import { type IncidentDetailView, type IncidentView, outcomes, SpotkeeperError } from "@spotkeeper/controller";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Api } from "../api.ts";
import { EXIT } from "../io.ts";
import { renderIncident, renderIncidents } from "../incidents/text.ts";
import type { Act } from "./registration.ts";
import { URL_HELP, workerApi } from "../worker-api.ts";

const PAGE = 500;

interface ListOptions {
  readonly url?: string;
  readonly limit: number;
  readonly open?: true;
  readonly [filter: string]: unknown;
}

/** Filters that the API takes under the same name. These are checked here; FILTERS are not. */
const CHECKED = ["from", "to", "outcome"];
const FILTERS = {
  group: "of this Auto Scaling group; 'shop-*' and '!test-*' are patterns, here and below",
  cluster: "of this ECS cluster",
  region: "of this region",
  instanceId: "of this instance, or Fargate task",
} as const;

/** `incidents list`, `incidents show ID`: shows the incidents of a running worker, over its HTTP API. */
export function incidents(program: Command, act: Act): void {
  const parent = program.command("incidents").description("list and show the incidents of a running worker");
  const list = parent.command("list", { isDefault: true }).description("list incidents, newest first");
  for (const [name, what] of Object.entries(FILTERS)) list.option(`--${dashed(name)} <value>`, what);
  list
    .option("--from <time>", "opened at or after this time (2026-01-31T12:00:00Z)", timeOf)
    .option("--to <time>", "opened before this time", timeOf)
    .addOption(new Option("--outcome <outcome>", "how it ended").choices(outcomes))
    .option("--open", "only open ones")
    .option("--limit <count>", "at most this many", countOf, 100)
    .option("--url <url>", URL_HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const given = command.opts<ListOptions>();
        const api = workerApi(context, given.url);
        const filters = [...CHECKED, ...Object.keys(FILTERS)].flatMap((name) =>
          typeof given[name] === "string" ? [[name, given[name]] as const] : [],
        );
        const query = { ...Object.fromEntries(filters), ...(given.open === true ? { open: "true" } : {}) };
        const found: IncidentView[] = [];
        let now = NaN;
        let cursor: string | null = null;
        do {
          const limit = String(Math.min(PAGE, given.limit - found.length));
          const page = await api.get("/api/v1/incidents", { ...query, limit, ...(cursor === null ? {} : { cursor }) });
          const { items, next, missing } = page as Page;
          now = Date.parse((page as Page).now);
          for (const { store, message } of missing) await io.stderr.write(`The ${store} cannot be asked: ${message}\n`);
          if (options.output === "json") for (const item of items) await io.stdout.write(`${JSON.stringify(item)}\n`);
          found.push(...items);
          cursor = next;
        } while (cursor !== null && found.length < given.limit);
        if (options.output === "text") await io.stdout.write(renderIncidents(found, now));
        return EXIT.done;
      }),
    );
  parent
    .command("show")
    .description("show one incident with its timeline")
    .argument("<id>", "as list prints it (i-0123456789abcdef0#1); without #1, the newest of that instance or task")
    .option("--url <url>", URL_HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const { url } = command.opts<{ url?: string }>();
        const [id = ""] = command.args;
        const found = await findOne(workerApi(context, url), id);
        await io.stdout.write(
          options.output === "json" ? `${JSON.stringify(found)}\n` : renderIncident(found as IncidentDetailView),
        );
        return EXIT.done;
      }),
    );
}

/** Returns one incident by its id, or the newest of an instance or task. Throws SK-API-NOT-FOUND. */
async function findOne(api: Api, id: string): Promise<unknown> {
  const none = `No incident of ${id} is known there. spotkeeper incidents list shows which are.`;
  try {
    if (/#\d+$/.test(id)) return await api.get(`/api/v1/incidents/${encodeURIComponent(id)}`);
    const { items } = (await api.get("/api/v1/incidents", { instanceId: id, limit: "1" })) as Page;
    const [newest] = items;
    if (newest !== undefined) return await api.get(`/api/v1/incidents/${encodeURIComponent(newest.id)}`);
  } catch (cause) {
    if (!(cause instanceof SpotkeeperError) || cause.code !== "SK-API-NOT-FOUND") throw cause;
    throw new SpotkeeperError("SK-API-NOT-FOUND", none, { cause });
  }
  throw new SpotkeeperError("SK-API-NOT-FOUND", none);
}

interface Page {
  readonly items: readonly IncidentView[];
  /** The worker's current time, which may differ from this machine's: a sandbox has its own clock. */
  readonly now: string;
  readonly next: string | null;
  readonly missing: readonly { readonly store: string; readonly message: string }[];
}

const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function timeOf(text: string): string {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("It wants a time such as 2026-01-31T12:00:00Z.");
  return text;
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It wants a whole number from 1 to 999999.");
  return Number(text);
}
