import type { Server } from "node:http";
import { createAgentOn, type Agent } from "../agent.ts";
import { pause } from "../clock.ts";
import { createControl } from "../control/control.ts";
import { hibernates } from "../drain/plan.ts";
import type { Report } from "../drain/report.ts";
import { codeOf, messageOf, SpotkeeperError } from "../errors.ts";
import { sendAnywhere } from "../net/anywhere.ts";
import { byHttp, tellFrom } from "../tell/tell.ts";
import { startChild } from "./child.ts";
import { drainChild } from "./command.ts";
import type { DaemonOptions } from "./flags.ts";
import { createHooks } from "./hooks.ts";
import type { DaemonHost } from "./host.ts";
import { createLog, type Log } from "./log.ts";
import { createStatusServer } from "./status-server.ts";
import { tokenFrom, withoutTokens } from "./tokens.ts";

/** Handed on to the command as they are. SIGTERM is not among them: it begins a drain. */
const FORWARDED: readonly NodeJS.Signals[] = [
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGCONT",
];

/** They end a daemon that has no command. */
const ENDS = ["SIGTERM", "SIGINT"] as const;

/** How long the daemon waits at its end until the controller knows of it. */
const SHORTLY = 1_000;
const LONG = 30_000;
const never = new AbortController().signal;

/** Longer than any drain: how long a phase may take is told by what the deadline leaves. */
const ALL = 110_000;

/**
 * Runs the daemon to its end and answers the exit code: that of the command, or 0.
 *
 * @throws SpotkeeperError `SK-AGENT-CALL`, `SK-AGENT-PORT`, `SK-AGENT-COMMAND`
 */
export async function runDaemon(options: DaemonOptions, host: DaemonHost): Promise<number> {
  const { command, poll, grace, host: address, port } = options;
  const log = createLog(host);
  const wraps = command.length > 0;
  const { env: all } = host.process;
  const env = withoutTokens(all);
  const send = sendAnywhere(host.clock);
  const warn = (error: Error): void => log(messageOf(error), { code: codeOf(error) });
  const own = {
    poll,
    exit: false,
    signals: wraps ? (["SIGTERM"] as const) : ENDS,
    budgets: { unready: 0, "stop-intake": ALL, finish: ALL },
  };
  const agent = createAgentOn(host, own, (total) => Math.min(grace, total / 2));
  const hookToken = tokenFrom(all, "SPOTKEEPER_HOOK_TOKEN");
  const hooks = createHooks({ hooks: options.hooks, clock: host.clock, send, token: hookToken, env, log });
  agent.onDrain("hooks", {
    // Whoever sends a signal has told who is to be told.
    "stop-intake": (context) => (context.reason.kind === "signal" ? null : hooks(context)),
    resume: () => {},
  });
  let forget = (): void => {};
  agent.on("draining", (notice) => {
    forget();
    // What hibernation leaves time for; always there it would take time from the command.
    forget = hibernates(notice) ? agent.onDrain("hooks", hooks, { phase: "callbacks" }) : () => {};
  });
  agent.on("trouble", warn);
  let drained = null as Report | null;
  agent.on("drained", (report) => void (drained = report));
  logEvents(agent, log);
  const { controller } = options;
  let leave = async (): Promise<void> => {};
  if (controller !== null) {
    const controllerToken = tokenFrom(all, "SPOTKEEPER_TOKEN");
    leave = tellFrom(host, agent, send, () => byHttp(send, host.clock, controller, controllerToken), warn);
  }

  const token = tokenFrom(all, "SPOTKEEPER_AGENT_TOKEN");
  const open = !["127.0.0.1", "::1", "localhost"].includes(address);
  if (open && token() === null) {
    throw new SpotkeeperError(
      "SK-AGENT-CALL",
      `--host ${address}: others can reach it, so SPOTKEEPER_AGENT_TOKEN must be set.`,
    );
  }
  const control = createControl(agent, { token, guardStatus: open });
  const server = await listen(createStatusServer(control), port, address);
  log("watching", { status: urlOf(server), command: command[0] ?? null, hooks: options.hooks.length });
  try {
    await agent.start();
    return wraps ? await wrap(agent, command, env, host) : await machine(agent, host);
  } finally {
    await agent.stop();
    // Who sent a signal waits; after a notice the hook of the group does.
    const wait = drained === null || drained.reason.kind === "signal" ? SHORTLY : LONG;
    await Promise.race([leave(), pause(host.clock, wait, never, true)]);
    server.close();
    server.closeAllConnections();
  }
}

async function wrap(
  agent: Agent,
  [file = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  host: DaemonHost,
): Promise<number> {
  const forward = (signal: unknown): void => child.signal(signal as NodeJS.Signals);
  const forwarded = FORWARDED.filter((signal) => signal !== "SIGINT" || !host.isTerminal);
  // Before the command runs: it may ask for a signal at once, and without a listener that would end this process.
  for (const signal of FORWARDED) host.process.on(signal, forwarded.includes(signal) ? forward : ignore);
  const child = startChild(file, args, { env, stdio: "inherit" });
  agent.onDrain("command", drainChild(child));
  const code = await child.ended;
  // Hooks that run have their time, whatever became of the command.
  await untilOver(agent);
  return code;
}

const ignore = (): void => {};

/** Watches until somebody ends it, and then until the hooks that run have had their time. */
async function machine(agent: Agent, host: DaemonHost): Promise<number> {
  await new Promise<void>((resolve) => {
    for (const signal of ENDS) host.process.on(signal, () => resolve());
  });
  await untilOver(agent);
  return 0;
}

/** Resolves when no drain runs, nor one that follows it. */
async function untilOver(agent: Agent): Promise<void> {
  while (agent.status().state === "draining") {
    const forgets: (() => void)[] = [];
    // Where one was called off it is over when all is taken up again.
    await new Promise<unknown>((resolve) => forgets.push(agent.on("drained", resolve), agent.on("cancelled", resolve)));
    for (const forget of forgets) forget();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function logEvents(agent: Agent, log: Log): void {
  agent.on("notice", (notice) => log("notice", { notice }));
  agent.on("draining", ({ kind }) => log("draining", { for: kind }));
  agent.on("cancelled", (cancelled) => log("the notice is gone", cancelled));
  agent.on("phase", (phase) => log("phase", { phase }));
  agent.on("drained", ({ outcome, ms, margin }) => log("drained", { outcome, ms: Math.round(ms), margin }));
}

/** Where the status is served unless told otherwise. */
const USUAL_PORT = 8788;

/** @param port null: the usual one, or another where that is taken, so that nothing is left without its daemon */
async function listen(server: Server, port: number | null, host: string): Promise<Server> {
  try {
    return await listening(server, port ?? USUAL_PORT, host);
  } catch (error) {
    if (port === null && codeOf(error) === "EADDRINUSE") return listen(server, 0, host);
    const advice = codeOf(error) === "EADDRINUSE" ? "Choose another --port; 0 takes any that is free" : "See --host";
    const message = `The status cannot be served at ${host}:${port ?? USUAL_PORT}: ${messageOf(error)}. ${advice}.`;
    throw new SpotkeeperError("SK-AGENT-PORT", message, { cause: error });
  }
}

const listening = (server: Server, port: number, host: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server.off("error", reject)));
  });

function urlOf(server: Server): string | null {
  const address = server.address();
  if (typeof address !== "object" || address === null) return null;
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}/status`;
}
