import { type Config, type Incident, type Key, SpotkeeperError } from "@spotkeeper/controller";
import type { Trace } from "@spotkeeper/simulator";
import { EXIT, type ExitCode, type Io, usesColors } from "../io.ts";
import { printable } from "../table.ts";
import { parseAlert, type SentAlert } from "./alert-lines.ts";
import { type Backend, openBackend } from "./backend.ts";
import { everyWall, type PacedClock, pacedClock, systemWall } from "./clock.ts";
import { lineOf } from "./describe.ts";
import { fleetOf } from "./fleet.ts";
import { render, type View } from "./render.ts";
import { enterScreen, type Screen } from "./screen.ts";
import { renderSummary, type Summary, summaryOf } from "./summary.ts";
import { createWatch, type IncidentEvent, isAtStake } from "./watch.ts";

export interface SandboxOptions {
  readonly trace: Trace;
  readonly policy: Config["policy"];
  readonly port: number;
  readonly seed: number;
  /** Simulated seconds for each real second, while no instance is draining. */
  readonly speed: number;
  /** Real seconds; null means until it is interrupted. */
  readonly duration: number | null;
  readonly output: "text" | "json";
}

/**
 * The highest speed while an instance is draining. A real call over a socket takes about 10 ms; at this speed these are
 * 60 simulated ones, as on AWS. At 60 times the speed, two minutes would be two seconds, and the result would depend on
 * this machine.
 */
const SLOW = 6;
/** Milliseconds between two screens; the speed is also chosen this often. */
const FRAME_INTERVAL = 100;
/** How long a log line stays on the screen, in milliseconds: later it would no longer be true. */
const TROUBLE_SHOWN_FOR = 10_000;
/** How many closed incidents and alerts are kept for the screen. */
const MAX_KEPT = 200;

/** Runs until it is interrupted (exit code 130) or its duration is over (0), then prints a summary. */
export async function runSandbox(io: Io, options: SandboxOptions): Promise<ExitCode> {
  const { stdout, stderr } = io;
  const interrupted = io.interrupted();
  const live = stdout.isTTY && options.output === "text";
  const clock = pacedClock(io.now(), options.speed, systemWall);
  const alerts: SentAlert[] = [];
  const ended: Key[] = [];
  let trouble: { readonly line: string; readonly at: number } | null = null;

  const onIncidentEvent = (event: IncidentEvent): void => {
    if (event.is === "closed") addBounded(ended, event.incident);
    if (!live) void stdout.write(options.output === "json" ? jsonOf(event) : `${lineOf(event)}\n`);
  };
  const onAlert = (text: string): void => {
    const sent = parseAlert(text, clock.now());
    addBounded(alerts, sent);
    if (live) return;
    const json = { at: new Date(clock.now()).toISOString(), event: "alert", text: sent.head, stakes: sent.stakes };
    void stdout.write(options.output === "json" ? `${JSON.stringify(json)}\n` : textOf(sent));
  };
  const onLog = async (line: string): Promise<void> => {
    if (live) trouble = { line: line.trimEnd(), at: io.now() };
    else await stderr.write(line);
  };

  const watch = createWatch(onIncidentEvent);
  const log = { write: onLog, isTTY: live || stderr.isTTY };
  const backend = await openBackend({ ...options, clock, tap: watch.tap, alerts: onAlert, log, env: io.env }).catch(
    portTaken,
  );
  const summary = (): Summary => summaryOf([...watch.incidents.values()], watch.calls, backend.world, clock.now());
  const view = (): View => ({
    now: clock.now(),
    speed: clock.speed(),
    slow: clock.speed() < options.speed,
    trace: options.trace.name,
    url: backend.url,
    fleet: fleetOf(backend.world),
    open: [...watch.incidents.values()].filter(({ closedAt }) => closedAt === null),
    ended: ended.flatMap((key) => watch.incidents.get(key) ?? []),
    alerts,
    trouble: trouble === null || io.now() - trouble.at > TROUBLE_SHOWN_FOR ? null : trouble.line,
    summary: summary(),
  });
  const screen = live ? enterScreen(stdout, usesColors(stdout, io.env), (canvas) => render(view(), canvas)) : null;
  if (screen === null) await stderr.write(`${intro(backend, options)}\n`);
  const stopFrames = everyWall(FRAME_INTERVAL, () => {
    choosePace(clock, options.speed, watch.incidents.values());
    screen?.draw();
  });
  try {
    const why = await Promise.race([interrupted, durationOver(options.duration)]);
    return why === "SIGINT" ? EXIT.interrupted : EXIT.done;
  } finally {
    stopFrames();
    const end = summary();
    await closeAll(screen, backend);
    clock.stop();
    if (options.output === "json") await stdout.write(`${JSON.stringify({ event: "summary", ...end })}\n`);
    else await stdout.write(`${live ? "" : "\n"}${renderSummary(end)}`);
  }
}

/** Adds an item to the front of a bounded list. */
function addBounded<T>(list: T[], item: T): void {
  list.unshift(item);
  list.length = Math.min(list.length, MAX_KEPT);
}

async function closeAll(screen: Screen | null, backend: Backend): Promise<void> {
  // Restore the terminal first, whatever happens to the worker.
  await screen?.closeAll();
  await backend.close();
}

/** Slows down while an instance is draining, so that people can watch it and calls take as long as on AWS. */
function choosePace(clock: PacedClock, speed: number, incidents: Iterable<Incident>): void {
  const now = clock.now();
  for (const incident of incidents) if (isAtStake(incident, now)) return clock.setSpeed(Math.min(speed, SLOW));
  clock.setSpeed(speed);
}

/** Resolves after the duration; never without one. */
const durationOver = (duration: number | null): Promise<"over"> =>
  new Promise((resolve) => {
    if (duration !== null) systemWall.after(duration * 1_000, () => resolve("over"));
  });

function portTaken(error: unknown): never {
  if (!(error instanceof SpotkeeperError) || error.code !== "SK-SHOW-LISTEN") throw error;
  const [first = ""] = error.message.split(". ");
  const advice = "Choose another with --port; 0 takes any that is free.";
  throw new SpotkeeperError("SK-CALL-PORT", `${first}. ${advice}`, { cause: error });
}

const intro = ({ url }: Backend, { trace, speed, seed }: SandboxOptions): string =>
  `sandbox: trace ${trace.name}, seed ${seed}, ${speed} times as fast (${Math.min(SLOW, speed)} while work is at stake), page: ${url}`;

/** Formats an alert like the other lines: its time, then "alert", then its text; below it what is at stake. */
const textOf = ({ head, stakes }: SentAlert): string =>
  [head.replace(/^(\S+) (.*)$/, "$1 alert   $2"), ...stakes.map((line) => `${" ".repeat(17)}${line}`)]
    .map((line) => `${printable(line)}\n`)
    .join("");

function jsonOf(event: IncidentEvent): string {
  const { at, is, incident, body } = event;
  const { deadline, outcome, labels } = body;
  const margin = event.is === "drained" ? { marginSeconds: event.marginSeconds } : {};
  const line = { at: iso(at), event: is, incident, deadline: deadline === null ? null : iso(deadline), outcome };
  return `${JSON.stringify({ ...line, group: labels["group"] ?? null, ...margin })}\n`;
}

const iso = (at: number): string => new Date(at).toISOString();
