import type { Call } from "./calls.ts";
import type { JsonObject, Ms, ServiceName } from "./operation.ts";

/**
 * What goes wrong.
 * - `error`: an AWS error; `throttle`, `denied`: the service's own code for that
 * - `hang`: no answer until the client gives up; `latency`: the answer comes late
 * - `html`: status 500 with a page, as gateways send; `reset`: the connection breaks. Neither is performed
 * - `lost`: performed, but the connection breaks before the answer
 * - `failed`: performed, and the answer is that page; `garbage`: performed, and the answer is no answer of AWS's;
 *   `truncated`: performed, and the second half of the answer's body is missing
 * - `silent`: performed, and no answer until the client gives up
 */
export type FaultEffect =
  | { readonly kind: "error"; readonly code: string; readonly message?: string; readonly status?: number }
  | { readonly kind: "throttle" | "denied" | "hang" | "silent" | "html" | "reset" | SpoiltAnswer }
  | { readonly kind: "latency"; readonly ms: Ms };

/** Which calls a fault meets; what is left out matches every call. */
export interface FaultMatch {
  readonly service?: ServiceName;
  readonly operation?: string;
  readonly mutating?: boolean;
  readonly account?: string;
  readonly region?: string;
  /** A text that the input, written as JSON, contains: for example an instance id. */
  readonly contains?: string;
}

export interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
  /** How many matching calls pass before the first is met; 0 where left out. */
  readonly skip?: number;
  /** How many calls are met; without end where left out. */
  readonly times?: number;
}

export interface Faults {
  /** Adds a fault; returns what removes it. */
  add(fault: Fault): () => void;
  clear(): void;
  /** Each fault with how many calls it has met. */
  list(): readonly { readonly fault: Fault; readonly met: number }[];
  /** The effect that meets this call: the first added wins. Counts it. */
  meet(call: Call): FaultEffect | null;
}

/** The faults of a simulator: none at first. */
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

/** What is performed, and whose answer does not come as it should. */
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
 * Reads a fault from JSON that came from outside.
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
