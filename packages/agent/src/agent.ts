import type { Ms } from "./clock.ts";
import type { Keeps } from "./drain/budgets.ts";
import { createDrainer } from "./drain/drainer.ts";
import { defaultBudgets, phases } from "./drain/phases.ts";
import { hibernates } from "./drain/drain-end.ts";
import { type Add, addTo, type Registration } from "./drain/registry.ts";
import type { Report } from "./drain/report.ts";
import type { Status } from "./drain/status.ts";
import { SpotkeeperError } from "./errors.ts";
import { createEmitter, type On } from "./events.ts";
import { toNotice, type Notice } from "./notice.ts";
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
import type { DrainRequest } from "./drain/drain-request.ts";
import { endpointOf, metadataEndpoint, DEFAULT_STOP_TIMEOUT, stopTimeoutOf } from "./watch/environment.ts";
import { watchAll } from "./watch/sources.ts";

export interface Agent {
  /**
   * Adds a part to drains: a function for one phase (default `finish`), or an adapter for several phases. Returns a
   * function that removes it.
   */
  readonly onDrain: Add;
  /** Calls `listener` for each event. Returns a function that removes the listener. */
  readonly on: On;
  /** Starts watching. Resolves at once: a service must not wait for its metadata. */
  start(): Promise<void>;
  /** Stops watching; a drain that runs goes on. */
  stop(): Promise<void>;
  /**
   * Starts a drain, as if a notice had come; the event `draining` is emitted. While a drain runs, it returns the same
   * promise.
   */
  drain(request?: DrainRequest): Promise<Report>;
  /** Returns true while new work is welcome. For the health route that a load balancer checks. */
  ready(): boolean;
  status(): Status;
}

const ECS_METADATA = "ECS_CONTAINER_METADATA_URI_V4";

/**
 * Watches for the end of this instance, task or process, and drains the application before it.
 *
 * @example
 * const agent = createAgent();
 * agent.onDrain("http", drainHttpServer(server));
 * await agent.start();
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`, `SK-AGENT-ENDPOINT`
 */
export const createAgentOn = (host: Host, options: AgentOptions = {}, keeps?: Keeps): Agent => {
  /** If the process still runs this long after hibernation was due, it has woken up, or it never slept. */
  const AWAKE_AFTER: Ms = 60_000;
  /** A drill has two minutes, as a real warning. */
  const DRILL_TIME: Ms = 120_000;
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
  // The rest, between this and SIGKILL, is for the exit itself.
  const afterStop = Math.max(stopTimeout - 2_000, stopTimeout / 2);
  const parts = new Set<Registration>();
  const inForce = new Set<Notice>();
  let end: (() => void) | undefined;

  const [on, emit] = createEmitter((error) => process.emitWarning(error));
  const [take, drain, status, ready, wantedTime] = createDrainer(
    host,
    parts,
    inForce,
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
      const finish = wantedTime("finish");
      // Warn only where somebody stops the process from outside or has set a time. No warning for the daemon (`keeps`),
      // which shortens `finish` on purpose.
      const matters =
        ecs ||
        env["KUBERNETES_SERVICE_HOST"] ||
        finish !== defaultBudgets.finish ||
        stopTimeout !== DEFAULT_STOP_TIMEOUT;
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
      inForce.clear();
    },
    drain({ drill, deadlineIn = drill ? DRILL_TIME : Infinity, ...more } = {}) {
      const requested = toNotice({ kind: drill ? "drill" : "request", ...more }, clock, deadlineIn);
      // No notice says when a requested hibernation is over. This clock stands still while the instance sleeps.
      if (hibernates(requested.notice)) clock.setTimer(clock.now() + AWAKE_AFTER, () => take([null, requested]));
      return drain(requested);
    },
    ready,
    status,
  };
};
