import type { JsonObject, Ms, ServiceName } from "./operation.ts";

/** One call, as it came in. */
export interface Call {
  /** 1 for the first call that the simulator saw. */
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

/** A call that is over. `outcome` is `ok`, AWS's error code, or `reset`; `performed` tells whether the world changed or was read. */
export interface CallRecord extends Call {
  readonly outcome: string;
  readonly performed: boolean;
  readonly endedAt: Ms;
}

/**
 * `before`: about to be performed; `after`: performed, the answer not yet sent. A promise holds the call up until it
 * settles, so that a test can end a process at that very boundary.
 */
export type CallHook = (call: Call, phase: "before" | "after") => void | Promise<void>;

export interface CallLog {
  /** The last calls that ended, oldest first. */
  recent(): readonly CallRecord[];
  /** Calls by `service:operation:outcome`, since the start. */
  counts(): { readonly [key: string]: number };
  /** Calls that have begun and not ended. */
  inFlight(): number;
}

export interface CallRecorder extends CallLog {
  begin(call: Omit<Call, "sequence" | "requestId">, requestId: (sequence: number) => string): Call;
  end(call: Call, outcome: string, performed: boolean, at: Ms): void;
}

/** How many calls are kept unless told otherwise. */
const KEEP = 10_000;

/** A ring of the last calls, and counters of all of them. */
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
