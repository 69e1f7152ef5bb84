import type { Call } from "./call-recorder.ts";
import type { JsonObject, Ms, ServiceName } from "./operation.ts";

/**
 * The effect of a fault.
 *
 * - `error`: an AWS error; `throttle`, `denied`: the service's own error code for that
 * - `hang`: no answer until the client gives up; `latency`: a late answer
 * - `html`: status 500 with an HTML page, as gateways send; `reset`: the connection breaks. In both cases the call is
 *   not performed
 * - `lost`: the call is performed, and the connection breaks before the answer
 * - `failed`: performed, and the answer is the HTML page; `garbage`: performed, and the answer is not one of AWS's;
 *   `truncated`: performed, and the second half of the answer is missing
 * - `silent`: performed, and no answer until the client gives up
 */
export type FaultEffect =
  | { readonly kind: "error"; readonly code: string; readonly message?: string; readonly status?: number }
  | { readonly kind: "throttle" | "denied" | "hang" | "silent" | "html" | "reset" | SpoiltAnswer }
  | { readonly kind: "latency"; readonly ms: Ms };

/** The calls that a fault affects; a missing field matches every call. */
export interface FaultMatch {
  readonly service?: ServiceName;
  readonly operation?: string;
  readonly mutating?: boolean;
  readonly account?: string;
  readonly region?: string;
  /** A text that the input, as JSON, must contain: for example an instance id. */
  readonly contains?: string;
}

export interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
  /** The number of matching calls before the first affected one; default 0. */
  readonly skip?: number;
  /** The number of affected calls; default unlimited. */
  readonly times?: number;
}

export interface Faults {
  /** Adds a fault. Returns a function that removes it. */
  add(fault: Fault): () => void;
  clear(): void;
  /** Returns each fault with the number of calls that it affected. */
  list(): readonly { readonly fault: Fault; readonly met: number }[];
  /** Returns the effect on this call, or null, and counts it. If several faults match, the first one added counts. */
  meet(call: Call): FaultEffect | null;
}

/** Creates an empty list of faults. */
export function createFaults(): Faults {
  let entries: { readonly fault: Fault; seen: number; met: number }[] = [];
  return {
    add(fault) {
      const entry = { fault, seen: 0, met: 0 };
      entries.push(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    clear() {
      entries = [];
    },
    list: () => entries.map(({ fault, met }) => ({ fault, met })),
    meet(call) {
      for (const entry of entries) {
        if (!matches(entry.fault.match, call)) continue;
        entry.seen++;
        if (entry.seen <= (entry.fault.skip ?? 0) || entry.met >= (entry.fault.times ?? Infinity)) continue;
        entry.met++;
        return entry.fault.effect;
      }
      return null;
    },
  };
}

function matches(match: FaultMatch, call: Call): boolean {
  return (
    (match.service ?? call.service) === call.service &&
    (match.operation ?? call.operation) === call.operation &&
    (match.mutating ?? call.mutating) === call.mutating &&
    (match.account ?? call.account) === call.account &&
    (match.region ?? call.region) === call.region &&
    (match.contains === undefined || JSON.stringify(call.input).includes(match.contains))
  );
}

/** Effects of calls that are performed and whose answer is wrong or missing. */
export type SpoiltAnswer = "lost" | "failed" | "garbage" | "truncated";

const PLAIN = [
  "throttle",
  "denied",
  "hang",
  "silent",
  "html",
  "reset",
  "lost",
  "failed",
  "garbage",
  "truncated",
] as const satisfies readonly FaultEffect["kind"][];

/**
 * Parses a fault from untrusted JSON.
 *
 * @throws RangeError that says which field is wrong
 */
export function parseFault(json: JsonObject): Fault {
  const unknown = Object.keys(json).find((key) => !["match", "effect", "skip", "times"].includes(key));
  if (unknown !== undefined) throw new RangeError(`A fault has no field '${unknown}'.`);
  const skip = wholeNumber(json, "skip");
  const times = wholeNumber(json, "times");
  return {
    match: parseMatch(objectAt(json, "match")),
    effect: parseEffect(objectAt(json, "effect")),
    ...(skip === undefined ? {} : { skip }),
    ...(times === undefined ? {} : { times }),
  };
}

function parseMatch(json: JsonObject): FaultMatch {
  for (const [key, value] of Object.entries(json)) {
    const type = key === "mutating" ? "boolean" : "string";
    const known = ["service", "operation", "mutating", "account", "region", "contains"].includes(key);
    if (!known) throw new RangeError(`A fault's match has no field '${key}'.`);
    if (typeof value !== type) throw new RangeError(`match.${key} must be a ${type}.`);
  }
  return json;
}

function parseEffect(json: JsonObject): FaultEffect {
  const { kind } = json;
  const plain = PLAIN.find((name) => name === kind);
  if (plain !== undefined) return { kind: plain };
  if (kind === "latency") {
    const ms = wholeNumber(json, "ms");
    if (ms === undefined) throw new RangeError("effect.ms must say how many milliseconds.");
    return { kind, ms };
  }
  if (kind === "error") {
    const { code, message } = json;
    const status = wholeNumber(json, "status");
    if (typeof code !== "string") throw new RangeError("effect.code must be AWS's error code.");
    return {
      kind,
      code,
      ...(typeof message === "string" ? { message } : {}),
      ...(status === undefined ? {} : { status }),
    };
  }
  throw new RangeError(`effect.kind must be one of error, latency, ${PLAIN.join(", ")}.`);
}

function objectAt(json: JsonObject, key: string): JsonObject {
  const value = json[key] ?? {};
  if (typeof value !== "object" || Array.isArray(value) || value instanceof Date || value instanceof Uint8Array) {
    throw new RangeError(`${key} must be an object.`);
  }
  return value;
}

function wholeNumber(json: JsonObject, key: string): number | undefined {
  const value = json[key];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new RangeError(`${key} must be a whole number from 0 up.`);
  }
  return value;
}
