import type { Ms } from "./clock.ts";
import type { Keeps } from "./drain/budgets.ts";
import { createDrainer } from "./drain/drainer.ts";
import type { Drainable, DrainHandler } from "./drain/phases.ts";
import { createPlan, cutsFinish, hibernates } from "./drain/plan.ts";
import { createRegistry, type RegisterOptions } from "./drain/registry.ts";
import type { PhaseReport, Report } from "./drain/report.ts";
import { SpotkeeperError } from "./errors.ts";
import { type AgentEvent, type AgentEvents, createEmitter } from "./events.ts";
import type { Notice } from "./notice.ts";
import { createNotices } from "./notices.ts";
import { type AgentOptions, checkOptions, type Host } from "./options.ts";
import { type DrainRequest, requested } from "./request.ts";
import { endpointOf, metadataEndpoint, stopTimeoutOf } from "./watch/environment.ts";
import { watchAll } from "./watch/sources.ts";

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

/** So long after hibernation was to begin a process that runs has woken up, or was never put to sleep. */
const AWAKE: Ms = 60_000;

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
export const createAgentOn = (
  host: Host,
  {
    poll = 1_000,
    metadata,
    allowV1 = false,
    drainOn = ["interruption", "termination", "task-stop"],
    signals = ["SIGTERM"],
    stopTimeout: ownStopTimeout,
    margin = 10_000,
    budgets = {},
    exit = true,
  }: AgentOptions = {},
  keeps?: Keeps,
): Agent => {
  const { clock, process } = host;
  const { ECS_CONTAINER_METADATA_URI_V4: ecs, KUBERNETES_SERVICE_HOST: kubernetes } = process.env;
  const stopTimeout = ownStopTimeout ?? stopTimeoutOf(process.env);
  checkOptions(poll, margin, stopTimeout, budgets, drainOn);
  const endpoint =
    metadata === false ? null : metadata ? endpointOf(metadata, "metadata") : metadataEndpoint(process.env);
  const task = ecs ? endpointOf(`${ecs}/`, "ECS_CONTAINER_METADATA_URI_V4") : null;
  let asked = false;
  let end: (() => Promise<unknown>) | null = null;

  const { on, emit } = createEmitter((error) => process.emitWarning(error));
  const registry = createRegistry(budgets, () => asked);
  const endOf = createPlan(clock, margin, stopTimeout);
  const drainer = createDrainer(host, registry, endOf, emit, exit, keeps);
  const notices = createNotices(clock, drainOn, drainer, emit);
  const onTrouble = (error: SpotkeeperError): void => emit("trouble", error);
  const warnOfShortStop = (): void => {
    const finish = registry.want("finish");
    // Whoever says what finish keeps knows that it may be short, and nobody minds where nobody stops the process.
    const own = budgets.finish || registry.of("finish").some(({ budget }) => budget);
    const matters = !keeps && (ownStopTimeout || own || ecs || kubernetes);
    if (!matters || !cutsFinish(finish, stopTimeout)) return;
    const message =
      `SIGTERM leaves ${stopTimeout / 1_000} s and finish may take ${finish / 1_000} s: ` +
      `raise stopTimeout, of the task too, or lower budgets.finish.`;
    onTrouble(new SpotkeeperError("SK-AGENT-STOP-TIMEOUT", message));
  };

  return {
    onDrain: registry.add,
    on,
    async start() {
      warnOfShortStop();
      end ??= watchAll(host, poll, endpoint, allowV1, task, signals, notices.take, onTrouble);
    },
    async stop() {
      const over = end?.();
      end = null;
      await over;
      notices.stop();
    },
    drain(request = {}) {
      const heard = requested(request, clock);
      const running = drainer.state() === "running";
      const report = drainer.drain(heard);
      // Only of what began, and afterwards: a listener that drains for every notice would ask, and be told, for ever.
      if (running) emit("notice", heard.notice);
      // Of hibernation that was asked for nobody says that it is over: this clock stands still meanwhile.
      if (hibernates(heard.notice)) {
        const wake = (): unknown => drainer.withdraw(heard);
        void report.then(() => clock.setTimer(clock.now() + AWAKE, wake));
      }
      return report;
    },
    ready() {
      asked = true;
      return drainer.state() === "running";
    },
    status() {
      const notice = notices.current() ?? drainer.reason();
      return { state: drainer.state(), notice, deadline: notice?.deadline ?? null, phases: drainer.phases() };
    },
  };
};
