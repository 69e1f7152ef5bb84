import { type Config, type Incident, type Key, SpotkeeperError } from "@spotkeeper/controller";
import type { Trace } from "@spotkeeper/simulator";
import { EXIT, type ExitCode, type Io, paints } from "../io.ts";
import { printable } from "../table.ts";
import { type Box, openBox } from "./box.ts";
import { everyWall, type PacedClock, pacedClock, systemWall } from "./clock.ts";
import { lineOf } from "./describe.ts";
import { fleetOf } from "./fleet.ts";
import { render, type View } from "./render.ts";
import { enterScreen, type Screen } from "./screen.ts";
import { renderSummary, type Summary, summaryOf } from "./summary.ts";
import { createWatch, type Happening, isAtStake } from "./watch.ts";

export interface SandboxOptions {
  readonly trace: Trace;
  readonly policy: Config["policy"];
  readonly port: number;
  readonly seed: number;
  /** Simulated seconds in a second, while no work is at stake. */
  readonly speed: number;
  /** Real seconds; null: until it is interrupted. */
  readonly duration: number | null;
  readonly output: "text" | "json";
}

/**
 * At most so fast while work is at stake: a real call over a socket takes some 10 ms, which are then 60 simulated ones,
 * as on AWS. At 60 times, two minutes would be two seconds, and what is measured would be this machine.
 */
const SLOW = 6;
/** Pictures a second; also how often the speed is chosen. */
const FRAME = 100;
/** How long a line of the worker's log is on the screen, milliseconds: it says what was, not what is. */
const TROUBLE_STAYS = 10_000;
/** What is kept of the past, to be drawn. */
const KEEP = 200;

/** Runs until it is interrupted (130) or its duration is over (0); says at the end what happened. */
export async function runSandbox(io: Io, options: SandboxOptions): Promise<ExitCode> {
  const { stdout, stderr } = io;
  const interrupted = io.interrupted();
  const live = stdout.isTTY && options.output === "text";
  const clock = pacedClock(io.now(), options.speed, systemWall);
  const alerts: string[] = [];
  const ended: Key[] = [];
  let trouble: { readonly line: string; readonly at: number } | null = null;

  const onHappening = (happening: Happening): void => {
    if (happening.is === "closed") keep(ended, happening.incident);
    if (!live) void stdout.write(options.output === "json" ? jsonOf(happening) : `${lineOf(happening)}\n`);
  };
  const onAlert = (text: string): void => {
    const [first = ""] = text.split("\n");
    keep(alerts, first);
    if (live) return;
    const json = { at: new Date(clock.now()).toISOString(), event: "alert", text: first };
    void stdout.write(options.output === "json" ? `${JSON.stringify(json)}\n` : `${alertLine(first)}\n`);
  };
  const onLog = async (line: string): Promise<void> => {
    if (live) trouble = { line: line.trimEnd(), at: io.now() };
    else await stderr.write(line);
  };

  const watch = createWatch(onHappening);
  const log = { write: onLog, isTTY: live || stderr.isTTY };
  const box = await openBox({ ...options, clock, tap: watch.tap, alerts: onAlert, log, env: io.env }).catch(portTaken);
  const summary = (): Summary => summaryOf([...watch.incidents.values()], watch.calls, box.world, clock.now());
  const view = (): View => ({
    now: clock.now(),
    speed: clock.speed(),
    slow: clock.speed() < options.speed,
    trace: options.trace.name,
    url: box.url,
    fleet: fleetOf(box.world),
    open: [...watch.incidents.values()].filter(({ closedAt }) => closedAt === null),
    ended: ended.flatMap((key) => watch.incidents.get(key) ?? []),
    alerts,
    trouble: trouble === null || io.now() - trouble.at > TROUBLE_STAYS ? null : trouble.line,
    summary: summary(),
  });
  const screen = live ? enterScreen(stdout, paints(stdout, io.env), (canvas) => render(view(), canvas)) : null;
  if (screen === null) await stderr.write(`${intro(box, options)}\n`);
  const stopFrames = everyWall(FRAME, () => {
    pace(clock, options.speed, watch.incidents.values());
    screen?.draw();
  });
  try {
    const why = await Promise.race([interrupted, over(options.duration)]);
    return why === "SIGINT" ? EXIT.interrupted : EXIT.done;
  } finally {
    stopFrames();
    const end = summary();
    await leave(screen, box);
    clock.stop();
    if (options.output === "json") await stdout.write(`${JSON.stringify({ event: "summary", ...end })}\n`);
    else await stdout.write(`${live ? "" : "\n"}${renderSummary(end)}`);
  }
}

/** Newest first, and bounded. */
function keep<T>(list: T[], item: T): void {
  list.unshift(item);
  list.length = Math.min(list.length, KEEP);
}

async function leave(screen: Screen | null, box: Box): Promise<void> {
  // The terminal is given back whatever happens to the worker.
  await screen?.leave();
  await box.close();
}

/** Slow while an incident's work is at stake, so that it can be seen, and is handled as on AWS. */
function pace(clock: PacedClock, speed: number, incidents: Iterable<Incident>): void {
  const now = clock.now();
  for (const incident of incidents) if (isAtStake(incident, now)) return clock.setSpeed(Math.min(speed, SLOW));
  clock.setSpeed(speed);
}

/** Never, without a duration. */
const over = (duration: number | null): Promise<"over"> =>
  new Promise((resolve) => {
    if (duration !== null) systemWall.after(duration * 1_000, () => resolve("over"));
  });

function portTaken(error: unknown): never {
  if (!(error instanceof SpotkeeperError) || error.code !== "SK-SHOW-LISTEN") throw error;
  const [first = ""] = error.message.split(". ");
  const advice = "Choose another with --port; 0 takes any that is free.";
  throw new SpotkeeperError("SK-CALL-PORT", `${first}. ${advice}`, { cause: error });
}

const intro = ({ url }: Box, { trace, speed, seed }: SandboxOptions): string =>
  `sandbox: trace ${trace.name}, seed ${seed}, ${speed} times as fast (${Math.min(SLOW, speed)} while work is at stake), ${url}/api/v1/incidents`;

/** Alerts begin with their time; it comes first in every line, then what it is. */
const alertLine = (text: string): string => printable(text.replace(/^(\S+) (.*)$/, "$1 alert   $2"));

function jsonOf(happening: Happening): string {
  const { at, is, incident, body } = happening;
  const { deadline, outcome, labels } = body;
  const margin = happening.is === "drained" ? { marginSeconds: happening.marginSeconds } : {};
  const told = { at: iso(at), event: is, incident, deadline: deadline === null ? null : iso(deadline), outcome };
  return `${JSON.stringify({ ...told, group: labels["group"] ?? null, ...margin })}\n`;
}

const iso = (at: number): string => new Date(at).toISOString();
