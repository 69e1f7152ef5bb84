import { type AlertView, SpotkeeperError } from "@spotkeeper/controller";
import type { Command } from "commander";
import type { Api } from "../api.ts";
import { EXIT } from "../io.ts";
import { printable, table } from "../table.ts";
import type { Act } from "./registration.ts";
import { URL_HELP, workerApi } from "../worker-api.ts";

/** `alerts list`, `alerts show KEY`: what a running worker has sent, over its HTTP API. */
export function alerts(program: Command, act: Act): void {
  const parent = program.command("alerts").description("list and show the alerts of a running worker");
  parent
    .command("list", { isDefault: true })
    .description("list alerts, newest first")
    .option("--open", "only open ones")
    .option("--url <url>", URL_HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const { url, open } = command.opts<{ url?: string; open?: true }>();
        const found = await read(workerApi(context, url), open === true ? { open: "true" } : {});
        await io.stdout.write(
          options.output === "json" ? found.map((one) => `${JSON.stringify(one)}\n`).join("") : renderAll(found),
        );
        return EXIT.done;
      }),
    );
  parent
    .command("show")
    .description("show one alert: what each channel was told, and why not")
    .argument("<key>", "as list prints it")
    .option("--url <url>", URL_HELP)
    .action(
      act(async (context, command) => {
        const { io, options } = context;
        const { url } = command.opts<{ url?: string }>();
        const [key = ""] = command.args;
        const one = (await read(workerApi(context, url), {})).find((alert) => alert.key === key);
        if (one === undefined)
          throw new SpotkeeperError(
            "SK-API-NOT-FOUND",
            `No alert ${key} is known there. spotkeeper alerts lists them.`,
          );
        await io.stdout.write(options.output === "json" ? `${JSON.stringify(one)}\n` : renderOne(one));
        return EXIT.done;
      }),
    );
}

async function read(api: Api, query: { readonly [name: string]: string }): Promise<AlertView[]> {
  const { items } = (await api.get("/api/v1/alerts", query)) as { readonly items: AlertView[] };
  return items;
}

function renderAll(all: readonly AlertView[]): string {
  if (all.length === 0) return "No alerts.\n";
  const rows = all.map(({ key, open, openedAt, size, sends, withheld }) => [
    key,
    open ? "open" : "over",
    minute(openedAt),
    String(size),
    sends.map(({ channel, state }) => `${channel} ${state}`).join(", ") || null,
    withheld.map(({ reason }) => reason).join(", ") || null,
  ]);
  return table(["KEY", "STATE", "SINCE", "INCIDENTS", "CHANNELS", "SUPPRESSED"], rows);
}

function renderOne({ key, route, open, openedAt, size, sends, withheld }: AlertView): string {
  const lines = [
    key,
    `${open ? "open" : "over"}, since ${openedAt}, ${size} ${size === 1 ? "incident" : "incidents"}, route ${route ?? "default"}`,
    ...sends.map(({ channel, state, attempts, retryAt, reason }) =>
      [
        `${channel}: ${state}, attempts: ${attempts}`,
        ...(retryAt === null ? [] : [`again at ${retryAt}`]),
        ...(reason === null ? [] : [reason]),
      ].join("; "),
    ),
    ...withheld.map(
      ({ reason, text, channel }) =>
        `${channel ?? "nobody"} is ${channel === null ? "" : "not "}told: ${text} (${reason})`,
    ),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

const minute = (time: string): string => time.slice(0, 16).replace("T", " ");
