import type { Ms } from "./clock.ts";
import type { Keeps } from "./drain/budgets.ts";
import { createDrainer } from "./drain/drainer.ts";
import { defaultBudgets, phases } from "./drain/phases.ts";
import { hibernates } from "./drain/plan.ts";
import { type Add, addTo, type Registration } from "./drain/registry.ts";
import type { Report } from "./drain/report.ts";
import type { Status } from "./drain/status.ts";
import { SpotkeeperError } from "./errors.ts";
import { createEmitter, type On } from "./events.ts";
import { hear, type Notice } from "./notice.ts";
import {
  type AgentOptions,
  causes,
  type Host,
  listed,
  noOther,
  oneOf,
  optionNames,
  signalNames,
  wants,
  within,
} from "./options.ts";
import type { DrainRequest } from "./request.ts";
import { endpointOf, metadataEndpoint, STOP, stopTimeoutOf } from "./watch/environment.ts";
import { watchAll } from "./watch/sources.ts";

export interface Agent {
  /**
   * Has something take part in a drain: a function in one phase (`finish`, unless told otherwise), or what an adapter
   * made, in several. Returns what takes it out again.
   */
  readonly onDrain: Add;
  /** Calls `listener` for each event. Returns what takes it out again. */
  readonly on: On;
  /** Begins to watch. Resolves at once: a service does not wait for its metadata. */
  start(): Promise<void>;
  /** Ends the watching; a drain goes on. */
  stop(): Promise<void>;
  /**
   * Drains, as if there had been a notice; that it does is told by `draining`. Asked twice, or while a notice is being
   * handled, it gives the same promise.
   */
  drain(request?: DrainRequest): Promise<Report>;
  /** Whether new work is welcome. For the health endpoint that a load balancer asks. */
  ready(): boolean;
  status(): Status;
}

const ECS_METADATA = "ECS_CONTAINER_METADATA_URI_V4";

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
export const createAgentOn = (host: Host, options: AgentOptions = {}, keeps?: Keeps): Agent => {
  /** So long after hibernation was to begin a process that runs has woken up, or was never put to sleep. */
  const AWAKE: Ms = 60_000;
  /** A drill has the two minutes of a real warning. */
  const DRILL: Ms = 120_000;
  const { clock, process } = host;
  const { env } = process;
  const ecs = env[ECS_METADATA];
  const {
    poll = 1_000,
    metadata,
    allowV1 = false,
    drainOn = causes.slice(0, 3),
    signals = ["SIGTERM"],
    stopTimeout = stopTimeoutOf(env),
    margin = 10_000,
    budgets = {},
    exit = true,
    ...unknown
  } = options;
  noOther("createAgent", unknown, optionNames);
  within("poll", poll, 10, 60_000);
  within("margin", margin, 0, 60_000);
  within("stopTimeout", stopTimeout, 1_000);
  for (const kind of listed("drainOn", drainOn)) oneOf("drainOn", kind, causes);
  for (const signal of listed("signals", signals)) oneOf("signals", signal, signalNames, "a signal such as SIGTERM");
  for (const [phase, budget] of Object.entries(budgets)) {
    oneOf("budgets", phase, phases);
    within(`budgets.${phase}`, budget);
  }
  for (const [name, value] of Object.entries({ allowV1, exit })) wants(value === !!value, name, value, "true or false");
  const endpoint = metadata === false ? null : metadata ? endpointOf(metadata, "metadata") : metadataEndpoint(env);
  const task = ecs ? endpointOf(`${ecs}/`, ECS_METADATA) : null;
  // What lies between that and SIGKILL is left to the exit itself.
  const afterStop = Math.max(stopTimeout - 2_000, stopTimeout / 2);
  const parts = new Set<Registration>();
  const standing = new Set<Notice>();
  let end: (() => void) | undefined;

  const [on, emit] = createEmitter((error) => process.emitWarning(error));
  const [take, drain, status, ready, want] = createDrainer(
    host,
    parts,
    standing,
    budgets,
    margin,
    afterStop,
    drainOn,
    exit,
    emit,
    keeps,
  );
  const onTrouble = (error: SpotkeeperError): unknown => emit("trouble", error);

  return {
    onDrain: addTo(parts),
    on,
    async start() {
      const finish = want("finish");
      // Nobody minds where nobody stops the process or said how long anything takes, and whoever says what finish keeps
      // knows that it may be short.
      const matters = ecs || env["KUBERNETES_SERVICE_HOST"] || finish !== defaultBudgets.finish || stopTimeout !== STOP;
      if (finish > afterStop && !keeps && matters) {
        onTrouble(
          new SpotkeeperError(
            "SK-AGENT-STOP-TIMEOUT",
            `SIGTERM leaves ${afterStop / 1_000} s and finish may take ${finish / 1_000} s: ` +
              `raise stopTimeout or lower budgets.finish.`,
          ),
        );
      }
      end ??= watchAll(host, poll, endpoint, allowV1, task, signals, take, onTrouble);
    },
    async stop() {
      end?.();
      end = undefined;
      standing.clear();
    },
    drain({ drill, deadlineIn = drill ? DRILL : Infinity, ...more } = {}) {
      const heard = hear({ kind: drill ? "drill" : "request", ...more }, clock, deadlineIn);
      // Of hibernation that was asked for nobody says that it is over: this clock stands still meanwhile.
      if (hibernates(heard.notice)) clock.setTimer(clock.now() + AWAKE, () => take([null, heard]));
      return drain(heard);
    },
    ready,
    status,
  };
};
