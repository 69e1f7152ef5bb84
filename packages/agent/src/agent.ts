import { type Drainer, createDrainer } from "./drain/drainer.ts";
import type { Drainable, DrainHandler } from "./drain/phases.ts";
import type { Keeps } from "./drain/budgets.ts";
import { cutsFinish } from "./drain/plan.ts";
import { createRegistry, type RegisterOptions, wantsOf } from "./drain/registry.ts";
import type { PhaseReport, Report } from "./drain/report.ts";
import { SpotkeeperError } from "./errors.ts";
import { type AgentEvent, type AgentEvents, createEmitter } from "./events.ts";
import { createSend } from "./net/send.ts";
import type { Notice } from "./notice.ts";
import { type AgentOptions, type Host, settingsOf } from "./options.ts";
import { type DrainRequest, requested } from "./request.ts";
import { createNotices } from "./notices.ts";
import { createSources } from "./watch/sources.ts";

/**
 * - `running`: all is well
 * - `draining`: work is moved off
 * - `asleep`: hibernation is about to freeze the process; all that there was time for is done
 * - `drained`: over
 */
export type AgentState = "running" | "draining" | "asleep" | "drained";

/** What `GET /status` answers. Times are ISO 8601 and milliseconds. */
export interface Status {
  readonly state: AgentState;
  readonly notice: Notice | null;
  readonly deadline: string | null;
  readonly phases: readonly PhaseReport[];
}

export interface Agent {
  /**
   * Has something take part in a drain: a function in one phase (`finish`, unless told otherwise), or what an adapter
   * made, in several. Returns what takes it out again.
   */
  onDrain(name: string, drain: DrainHandler | Drainable, options?: RegisterOptions): () => void;
  /** Calls `listener` for each event. Returns what takes it out again. */
  on<E extends AgentEvent>(event: E, listener: (value: AgentEvents[E]) => void): () => void;
  /** Begins to watch. Resolves at once: a service does not wait for its metadata. */
  start(): Promise<void>;
  /** Ends the watching; a drain goes on. */
  stop(): Promise<void>;
  /** Drains, as if there had been a notice. Asked twice, or while a notice is being handled, it gives the same promise. */
  drain(request?: DrainRequest): Promise<Report>;
  /** Whether new work is welcome. For the health endpoint that a load balancer asks. */
  ready(): boolean;
  status(): Status;
}

/**
 * Watches for the end of this instance, task or process, and ends the application well.
 *
 * @example
 * const agent = createAgent();
 * agent.onDrain("http", drainHttpServer(server));
 * await agent.start();
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`, `SK-AGENT-ENDPOINT`
 */
export function createAgentOn(host: Host, options: AgentOptions = {}, keeps?: Keeps): Agent {
  const { clock } = host;
  const settings = settingsOf(options, host.env);
  const events = createEmitter(host.warn);
  const registry = createRegistry();
  let asked = false;

  const drainer: Drainer = createDrainer({
    clock,
    registry,
    limits: settings,
    budgets: settings.budgets,
    keeps,
    holds: () => asked,
    catchUncaught(hear) {
      host.on("uncaughtException", hear);
      host.on("unhandledRejection", hear);
      return () => {
        host.off("uncaughtException", hear);
        host.off("unhandledRejection", hear);
      };
    },
    onStart: (reason) => events.emit("draining", reason),
    onPhase: (phase) => events.emit("phase", phase),
    onEnd(report) {
      events.emit("drained", report);
      const over = report.outcome !== "cancelled" && report.reason.action !== "hibernate";
      if (over && settings.exit) host.exit(report.uncaught.length === 0 ? 0 : 1);
    },
  });
  const notices = createNotices({ clock, settings, drainer, emit: events.emit });
  const sources = createSources({
    host,
    settings,
    send: createSend(clock),
    onTold: notices.take,
    onTrouble: (error) => events.emit("trouble", error),
  });

  const warnOfShortStop = (): void => {
    const finish = wantsOf(registry, settings.budgets, ["finish"], false).finish ?? 0;
    // Whoever says what finish keeps knows that it may be short.
    if (!settings.stopMatters || keeps !== undefined || !cutsFinish(finish, settings.stopTimeout)) return;
    const message =
      `After SIGTERM there are ${settings.stopTimeout / 1_000} s, which is less than the ${finish / 1_000} s that finish may take. ` +
      `Raise stopTimeout (in the task or pod, and for the agent), or lower budgets.finish.`;
    events.emit("trouble", new SpotkeeperError("SK-AGENT-STOP-TIMEOUT", message));
  };

  return {
    onDrain: (name, drainable, own = {}) => registry.add(name, drainable, own),
    on: events.on,
    async start() {
      warnOfShortStop();
      sources.start();
    },
    async stop() {
      await sources.stop();
      notices.stop();
    },
    drain: (request = {}) => {
      const heard = requested(request, clock);
      events.emit("notice", heard.notice);
      return drainer.drain(heard);
    },
    ready() {
      asked = true;
      return drainer.state() === "running";
    },
    status() {
      const state = drainer.state();
      const notice = notices.current() ?? (state === "running" ? null : drainer.reason());
      return { state, notice, deadline: notice?.deadline ?? null, phases: drainer.phases() };
    },
  };
}
