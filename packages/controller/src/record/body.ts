import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Bodies, Doc, Kind } from "../model/doc.ts";
import type { Joined } from "../model/incident.ts";
import { NO_DEBTS, type Replacement } from "../model/group.ts";
import { NOT_BEGUN, type Step } from "../model/step.ts";

/**
 * Default values of a step's fields. Stored steps omit them, which halves a document: most fields of its steps are
 * null.
 */
const UNTOUCHED = {
  params: {},
  after: [],
  notBefore: null,
  ...NOT_BEGUN,
} as const satisfies Partial<Step>;

const untouched: ReadonlyMap<string, unknown> = new Map(Object.entries(UNTOUCHED));

/** Encodes a document's body as JSON. */
export function encodeBody(body: Doc["body"]): string {
  if (!("steps" in body)) return JSON.stringify(body);
  const { steps } = body;
  return JSON.stringify({
    ...body,
    steps: steps.map(short),
    ...("owed" in body ? { owed: body.owed.map(short) } : {}),
  });
}

/**
 * Compresses a body's JSON to about a fifth (names of target groups repeat). The result is still JSON, so that the
 * table stays readable.
 */
export const packed = (json: string): string => JSON.stringify({ packed: deflateRawSync(json).toString("base64") });

function unpacked(json: string): string {
  if (!json.startsWith('{"packed":')) return json;
  const text = (JSON.parse(json) as { readonly packed: string }).packed;
  return inflateRawSync(Buffer.from(text, "base64")).toString();
}

/** Decodes a body, packed or not. A body of an earlier version is upgraded. */
export function decodeBody<K extends Kind>(json: string): Bodies[K] {
  const body = withAgents(upgraded(JSON.parse(unpacked(json)) as Stored));
  const whole = (step: Partial<Step>): Partial<Step> => ({ ...UNTOUCHED, ...step });
  return {
    ...body,
    ...(body.steps === undefined ? {} : { steps: body.steps.map(whole) }),
    ...(body.owed === undefined ? {} : { owed: body.owed.map(whole) }),
  } as unknown as Bodies[K];
}

interface Stored {
  readonly steps?: readonly Partial<Step>[];
  readonly owed?: readonly Partial<Step>[];
  readonly openedAt?: number;
  readonly alert?: Omit<Joined, "at"> | null;
  readonly sends?: { readonly [channel: string]: object };
  readonly route?: string | null;
  readonly baseline?: number | null;
  readonly replacing?: { readonly [incident: string]: Partial<Replacement> };
  readonly lifecycle?: readonly object[];
  readonly agents?: object;
}

/** Adds fields to an incident of a version without agent states and times of lifecycle actions. */
function withAgents(body: Stored): Stored {
  if (body.lifecycle === undefined || body.agents !== undefined) return body;
  const since = body.openedAt ?? 0;
  return { ...body, agents: {}, lifecycle: body.lifecycle.map((action) => ({ since, heardAt: since, ...action })) };
}

/**
 * Upgrades bodies of versions without routes, in which an incident joined at most one alert and an alert had neither
 * route nor suppressions.
 */
function upgraded(body: Stored): Stored {
  if (body.replacing !== undefined) return withBooks(body, body.replacing);
  if (body.sends !== undefined) {
    const sends = Object.entries(body.sends).map(([channel, send]) => [channel, { since: null, ...send }]);
    const sendsNow = Object.fromEntries(sends) as { readonly [channel: string]: object };
    return { route: null, size: 0, quiet: "no", withheld: [], ...body, sends: sendsNow } as Stored;
  }
  if (body.alert === undefined) return body;
  const { alert, ...rest } = body;
  return { ...rest, alerts: alert === null ? [] : [{ ...alert, at: body.openedAt ?? 0 }] } as Stored;
}

const RAISED: ReadonlySet<unknown> = new Set(["launching", "serves", "retiring", "lowering"]);

/**
 * Upgrades a group of a version without one of the debts, or without `raised` and `units`, in which each replacement by
 * `raise` meant one unit.
 */
function withBooks(body: Stored, all: NonNullable<Stored["replacing"]>): Stored {
  const owes = (one: Partial<Replacement>): boolean =>
    (body.baseline ?? null) !== null && one.by === "raise" && RAISED.has(one.state);
  const replacing: Record<string, Partial<Replacement>> = {};
  for (const [incident, one] of Object.entries(all))
    replacing[incident] = { units: one.raised || 1, raised: owes(one) ? 1 : 0, ...one };
  return { ours: [], ...NO_DEBTS, ...body, replacing } as Stored;
}

function short(step: Step): object {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(step)) if (!isUntouched(name, value)) kept[name] = value;
  return kept;
}

/** Whether a field has its default value. A default list or object is an empty one. */
function isUntouched(name: string, value: unknown): boolean {
  const usual = untouched.get(name);
  if (typeof usual !== "object" || usual === null) return value === usual;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
