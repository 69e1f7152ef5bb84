import type { JsonObject, Ms, ServiceName } from "./operation.ts";

/** An AWS call, as it arrived. */
export interface Call {
  /** 1 for the simulator's first call. */
  readonly sequence: number;
  readonly requestId: string;
  readonly at: Ms;
  readonly account: string;
  readonly region: string;
  readonly service: ServiceName;
  readonly operation: string;
  readonly mutating: boolean;
  readonly input: JsonObject;
}

/**
 * A call that has ended. `outcome` is `ok`, AWS's error code, or `reset`; `performed` is true if the call reached the
 * world.
 */
export interface CallRecord extends Call {
  readonly outcome: string;
  readonly performed: boolean;
  readonly endedAt: Ms;
}

/**
 * Called `before` a call is performed, and `after` it, before its answer is sent. The call waits for a returned
 * promise, so that a test can kill a process at exactly that point.
 */
export type CallHook = (call: Call, phase: "before" | "after") => void | Promise<void>;

export interface CallLog {
  /** Returns the last calls that ended, oldest first. */
  recent(): readonly CallRecord[];
  /** Returns all calls so far, counted by `service:operation:outcome`. */
  counts(): { readonly [key: string]: number };
  /** Returns the number of calls that have begun and not ended. */
  inFlight(): number;
}

export interface CallRecorder extends CallLog {
  begin(call: Omit<Call, "sequence" | "requestId">, requestId: (sequence: number) => string): Call;
  end(call: Call, outcome: string, performed: boolean, at: Ms): void;
}

/** The default number of calls that are kept. */
const KEEP = 10_000;

/** Creates a recorder with a ring of the last calls, and counters of all of them. */
export function createCallRecorder(keep: number = KEEP): CallRecorder {
  const ring: CallRecord[] = [];
  const counts = new Map<string, number>();
  let begun = 0;
  let ended = 0;
  return {
    begin(call, requestId) {
      begun++;
      return { ...call, sequence: begun, requestId: requestId(begun) };
    },
    end(call, outcome, performed, at) {
      ring[ended % keep] = { ...call, outcome, performed, endedAt: at };
      ended++;
      const key = `${call.service}:${call.operation}:${outcome}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    recent() {
      const oldest = ended > keep ? ended % keep : 0;
      return [...ring.slice(oldest), ...ring.slice(0, oldest)];
    },
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    inFlight: () => begun - ended,
  };
}
