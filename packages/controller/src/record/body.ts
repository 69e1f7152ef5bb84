import type { Bodies, Doc, Kind, Step } from "./doc.ts";

/**
 * What a step has until something happens to it. Stored steps leave these out, which halves a document: it has eight
 * kilobytes, and a dozen steps that are mostly nulls.
 */
const UNTOUCHED = {
  params: {},
  after: [],
  notBefore: null,
  attempts: 0,
  state: "waiting",
  retryAt: null,
  startedAt: null,
  settledAt: null,
  reason: null,
  receipt: null,
} as const satisfies Partial<Step>;

const untouched: ReadonlyMap<string, string> = new Map(
  Object.entries(UNTOUCHED).map(([name, value]) => [name, JSON.stringify(value)]),
);

/** A document's body as JSON, for any store. */
export function encodeBody(body: Doc["body"]): string {
  if (!("steps" in body)) return JSON.stringify(body);
  const { steps } = body;
  return JSON.stringify({
    ...body,
    steps: steps.map(short),
    ...("owed" in body ? { owed: body.owed.map(short) } : {}),
  });
}

/** The body that `encodeBody` was given. */
export function decodeBody<K extends Kind>(json: string): Bodies[K] {
  const body = JSON.parse(json) as { steps?: Partial<Step>[]; owed?: Partial<Step>[] };
  const whole = (step: Partial<Step>): Partial<Step> => ({ ...UNTOUCHED, ...step });
  if (body.steps !== undefined) body.steps = body.steps.map(whole);
  if (body.owed !== undefined) body.owed = body.owed.map(whole);
  return body as unknown as Bodies[K];
}

const short = (step: Step): object =>
  Object.fromEntries(Object.entries(step).filter(([name, value]) => JSON.stringify(value) !== untouched.get(name)));
