import type { Server } from "node:http";
import { createAgentOn, type Agent } from "../agent.ts";
import { pause } from "../clock.ts";
import { createControl } from "../control/control.ts";
import { hibernates } from "../drain/drain-end.ts";
import type { Report } from "../drain/report.ts";
import { codeOf, messageOf, SpotkeeperError } from "../errors.ts";
import { sendHttpOrHttps } from "../net/http-or-https.ts";
import { byHttp, startTeller } from "../tell/teller.ts";
import { startChild } from "./child.ts";
import { drainChild } from "./drain-child.ts";
import type { DaemonOptions } from "./flags.ts";
import { createHooks } from "./hooks.ts";
import type { DaemonHost } from "./host.ts";
import { createLog, type Log } from "./log.ts";
import { createStatusServer } from "./status-server.ts";
import { tokenFrom, withoutTokens } from "./tokens.ts";

/** Signals that are passed on to the command unchanged. SIGTERM is not one of them: it starts a drain. */
const FORWARDED: readonly NodeJS.Signals[] = [
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGCONT",
];

/** Signals that end a daemon without a command. */
const ENDS = ["SIGTERM", "SIGINT"] as const;

/**
 * How long the daemon waits before it exits until the controller has its last report: after a signal or without a
 * drain, and after a notice.
 */
const REPORT_TIMEOUT = 1_000;
const REPORT_TIMEOUT_AFTER_NOTICE = 30_000;
const never = new AbortController().signal;

/** Longer than any drain: the deadline alone limits these phases. */
const LONGEST_DRAIN = 110_000;

/**
 * Runs the daemon until it ends. Resolves with the exit code: the command's, or 0.
 *
 * @throws SpotkeeperError `SK-AGENT-CALL`, `SK-AGENT-PORT`, `SK-AGENT-COMMAND`
 */
export async function runDaemon(options: DaemonOptions, host: DaemonHost): Promise<number> {
  const { command, poll, grace, host: address, port } = options;
  const log = createLog(host);
  const hasCommand = command.length > 0;
  const { env: all } = host.process;
  const env = withoutTokens(all);
  const send = sendHttpOrHttps(host.clock);
  const warn = (error: Error): void => log(messageOf(error), { code: codeOf(error) });
  const agentOptions = {
    poll,
    exit: false,
    signals: hasCommand ? (["SIGTERM"] as const) : ENDS,
    budgets: { unready: 0, "stop-intake": LONGEST_DRAIN, finish: LONGEST_DRAIN },
  };
  const agent = createAgentOn(host, agentOptions, (total) => Math.min(grace, total / 2));
  const hookToken = tokenFrom(all, "SPOTKEEPER_HOOK_TOKEN");
  const hooks = createHooks({ hooks: options.hooks, clock: host.clock, send, token: hookToken, env, log });
  agent.onDrain("hooks", {
    // Hooks do not run for a signal: the sender of the signal tells the others itself.
    "stop-intake": (context) => (context.reason.kind === "signal" ? null : hooks(context)),
    resume: () => {},
  });
  let removeHooks = (): void => {};
  agent.on("draining", (notice) => {
    removeHooks();
    // Hibernation skips `stop-intake`, so run the hooks in `callbacks`. For other notices that would take time from the
    // command.
    removeHooks = hibernates(notice) ? agent.onDrain("hooks", hooks, { phase: "callbacks" }) : () => {};
  });
  agent.on("trouble", warn);
  let drained = null as Report | null;
  agent.on("drained", (report) => void (drained = report));
  logEvents(agent, log);
  const { controller } = options;
  let endReporting = async (): Promise<void> => {};
  if (controller !== null) {
    const controllerToken = tokenFrom(all, "SPOTKEEPER_TOKEN");
    endReporting = startTeller(host, agent, send, () => byHttp(send, host.clock, controller, controllerToken), warn);
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
    return hasCommand ? await runCommand(agent, command, env, host) : await watchMachine(agent, host);
  } finally {
    await agent.stop();
    // The sender of a signal waits for our exit; after a notice the group's lifecycle hook waits.
    const wait = drained === null || drained.reason.kind === "signal" ? REPORT_TIMEOUT : REPORT_TIMEOUT_AFTER_NOTICE;
    await Promise.race([endReporting(), pause(host.clock, wait, never, true)]);
    server.close();
    server.closeAllConnections();
  }
}

async function runCommand(
  agent: Agent,
  [file = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  host: DaemonHost,
): Promise<number> {
  const forward = (signal: unknown): void => child.signal(signal as NodeJS.Signals);
  const forwarded = FORWARDED.filter((signal) => signal !== "SIGINT" || !host.isTerminal);
  // Add the listeners before the command starts: it may send a signal at once, which would end a process without a
  // listener.
  for (const signal of FORWARDED) host.process.on(signal, forwarded.includes(signal) ? forward : ignore);
  const child = startChild(file, args, { env, stdio: "inherit" });
  agent.onDrain("command", drainChild(child));
  const code = await child.ended;
  // Running hooks keep their time, even if the command has ended.
  await untilOver(agent);
  return code;
}

const ignore = (): void => {};

/** Watches until a signal ends the daemon, then waits for running hooks. */
async function watchMachine(agent: Agent, host: DaemonHost): Promise<number> {
  await new Promise<void>((resolve) => {
    for (const signal of ENDS) host.process.on(signal, () => resolve());
  });
  await untilOver(agent);
  return 0;
}

/** Resolves when no drain runs any more, and no drain follows. */
async function untilOver(agent: Agent): Promise<void> {
  while (agent.status().state === "draining") {
    const forgets: (() => void)[] = [];
    // A cancelled drain is over when everything has been resumed.
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

/** The default port of the status. */
const DEFAULT_PORT = 8788;

/**
 * @param port null: the default port, or a free one if that is taken, so that no second command runs without its daemon
 */
async function listen(server: Server, port: number | null, host: string): Promise<Server> {
  try {
    return await listening(server, port ?? DEFAULT_PORT, host);
  } catch (error) {
    if (port === null && codeOf(error) === "EADDRINUSE") return listen(server, 0, host);
    const advice = codeOf(error) === "EADDRINUSE" ? "Choose another --port; 0 takes any that is free" : "See --host";
    const message = `The status cannot be served at ${host}:${port ?? DEFAULT_PORT}: ${messageOf(error)}. ${advice}.`;
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
