import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { decodeBody, encodeBody } from "../../src/record/body.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Step } from "../../src/model/step.ts";
import { fit, LARGEST_BODY } from "../../src/record/fit.ts";
import { T0, warning } from "../correlate/support.ts";
import { incidentOf, stepOf } from "../respond/support.ts";

const hex = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** A step that has deregistered from one of many target groups. */
const deregistered = (n: number): Step =>
  stepOf(`deregister:web-${n}/${hex(`${n}`)}`, {
    responder: "deregister-target",
    params: {
      targetGroupArn: `arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web-${n}/${hex(`${n}`)}`,
    },
    state: "done",
    settledAt: T0 + n,
    reason: `it was so already, and this is a long story: ${hex(`story ${n}`)} ${hex(`more ${n}`)}`,
    receipt: { requestId: hex(`request ${n}`), at: T0 + n, already: false, ours: "yes" },
  });

const waiting = (n: number): Step => stepOf(`later:${hex(`later ${n}`)}`, { params: { name: hex(`name ${n}`) } });

const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

const docOf = (changes: Partial<Incident>) => {
  const doc = incidentOf(warning(0));
  return { key: doc.key, body: { ...doc.body, ...changes } };
};

const kept = (doc: ReturnType<typeof docOf>): Incident => {
  const text = fit(doc);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LARGEST_BODY);
  return decodeBody<"incident">(text);
};

test("what has room is stored as plain JSON", () => {
  const doc = docOf({ steps: many(3, deregistered) });
  expect(fit(doc)).toBe(encodeBody(doc.body));
});

test("an instance in forty target groups: packed, and nothing is lost", () => {
  const doc = docOf({ steps: many(40, deregistered) });
  expect(encodeBody(doc.body).length).toBeGreaterThan(2 * LARGEST_BODY);
  expect(kept(doc)).toEqual(doc.body);
});

test("of more, what people read goes first: what undoing needs stays", () => {
  const steps = kept(docOf({ steps: many(110, deregistered) })).steps;
  expect(steps).toHaveLength(110);
  expect(steps[0]).toMatchObject({ params: deregistered(0).params, receipt: { already: false, ours: "yes" } });
  expect(steps[0]?.receipt).not.toHaveProperty("requestId");
});

test("then what only undoing needs: every step is still known to be done", () => {
  const steps = kept(docOf({ steps: many(195, deregistered) })).steps;
  expect(steps).toHaveLength(195);
  expect(steps[9]).toEqual({ ...deregistered(9), reason: expect.any(String) as string, params: {}, receipt: null });
});

test("then steps that planning makes again; never what is owed, or has begun", () => {
  const doc = docOf({
    steps: [...many(600, waiting), stepOf("begun", { state: "intended", attempts: 1 })],
    owed: many(60, (n) => stepOf(`undo:${n}`)),
  });
  const body = kept(doc);
  expect(body.steps.map(({ id }) => id)).toEqual(["begun"]);
  expect(body.owed).toEqual(doc.body.owed);
});

test("what cannot be made small is refused by name", () => {
  const doc = docOf({ hints: { noise: many(900, (n) => hex(`noise ${n}`)) } });
  expect(() => fit(doc)).toThrow(new RegExp(`${doc.key} takes \\d+ bytes; at most 8192`));
});
