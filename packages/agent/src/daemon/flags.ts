import type { Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { durationOf } from "../watch/environment.ts";

/** The flags of `spotkeeper-agent` and `spotkeeper agent`. */
export const daemonFlags: readonly Flag[] = [
  {
    name: "port",
    value: "number",
    says: "port of the status (default 8788, or a free one if that is taken; 0: any free port)",
  },
  { name: "host", value: "address", says: "address of the status (default 127.0.0.1; any other needs a token)" },
  {
    name: "poll",
    value: "duration",
    says: "how often the metadata are read (default 1s; rebalance and scheduled events each 5s)",
  },
  { name: "hook", value: "url|command", says: "runs first on a notice; several run in order", many: true },
  { name: "grace", value: "duration", says: "time reserved for the command to end, after the hooks (default 30s)" },
  { name: "controller", value: "url", says: "the controller that gets the notices by HTTP" },
];

export interface Flag {
  readonly name: string;
  readonly value: string;
  readonly says: string;
  readonly many?: true;
}

export interface DaemonOptions {
  /** The command and its arguments; empty to watch for the whole machine. */
  readonly command: readonly string[];
  /** Null: the default port, or a free one if that is taken. */
  readonly port: number | null;
  readonly host: string;
  readonly poll: Ms;
  readonly hooks: readonly string[];
  readonly grace: Ms;
  readonly controller: URL | null;
}

export type FlagValues = { readonly [name: string]: string | readonly string[] | undefined };

/** @throws SpotkeeperError `SK-AGENT-CALL`; the message names the flag, its value and the expected values */
export function daemonOptions(values: FlagValues, command: readonly string[]): DaemonOptions {
  const one = (name: string): string | null => {
    const value = values[name];
    return typeof value === "string" ? value : null;
  };
  const duration = (name: string, otherwise: Ms, least: Ms, most: Ms, wants: string): Ms => {
    const text = one(name);
    if (text === null) return otherwise;
    const value = durationOf(text);
    return value >= least && value <= most ? value : wrong(name, text, `a duration ${wants}`);
  };
  const port = one("port");
  if (port !== null && (!/^\d{1,5}$/.test(port) || Number(port) > 65_535))
    wrong("port", port, "a port from 0 to 65535");
  const controller = one("controller");
  const url = controller !== null && URL.canParse(controller) ? new URL(controller) : null;
  if (controller !== null && (url === null || !/^https?:$/.test(url.protocol))) {
    wrong("controller", controller, "a URL such as http://10.0.0.5:8787");
  }
  const hooks = values["hook"];
  return {
    command,
    port: port === null ? null : Number(port),
    host: one("host") ?? "127.0.0.1",
    poll: duration("poll", 1_000, 10, 60_000, "from 10ms to 60s"),
    hooks: typeof hooks === "string" ? [hooks] : (hooks ?? []),
    grace: duration("grace", 30_000, 0, 110_000, "up to 110s, such as 30s or 1m30s"),
    controller: url,
  };
}

export interface Call {
  readonly wants: "help" | "version" | "run";
  readonly options: DaemonOptions;
}

/** Parses the command line of `spotkeeper-agent`: flags, then `--` and the command. */
export function readCall(args: readonly string[]): Call {
  const end = args.indexOf("--");
  const [own, command] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  const strings = daemonFlags.map(({ name, many = false }) => [name, { type: "string", multiple: many }] as const);
  const { parseArgs } = process.getBuiltinModule("node:util");
  try {
    const { values } = parseArgs({
      args: [...own],
      options: { help: { type: "boolean", short: "h" }, version: { type: "boolean" }, ...Object.fromEntries(strings) },
    });
    const { help, version, ...rest } = values;
    const wants = help === true ? "help" : version === true ? "version" : "run";
    return { wants, options: daemonOptions(rest, command) };
  } catch (error) {
    if (error instanceof SpotkeeperError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    const [, unknown = ""] = /^Unknown option '--([\w-]+)/.exec(said) ?? [];
    const near = nearest(unknown, [...daemonFlags.map(({ name }) => name), "help", "version"]);
    const meant = near === undefined ? "" : ` Did you mean --${near}?`;
    throw new SpotkeeperError(
      "SK-AGENT-CALL",
      `${said.replace(/\.$/, "")}.${meant} See --help; a command comes behind --: spotkeeper-agent --poll 1s -- node server.js`,
    );
  }
}

function wrong(name: string, got: string, wants: string): never {
  throw new SpotkeeperError("SK-AGENT-CALL", `--${name}: got "${got}", wants ${wants}.`);
}
