import { expect, test } from "vitest";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { deregisteredBy, goneEarly } from "../../src/respond/gone-early.ts";
import { T0, warning } from "../correlate/support.ts";
import { contextOf } from "./context.ts";
import { incidentOf, stepOf } from "./support.ts";

const ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef";
const ID = incidentOf(warning(0)).body.subject.id;

/** Two steps for one target: the first without a port, before the list was read; the second with what the list says. */
function twice(served: number | null): readonly string[] {
  const inventory = createMemoryInventory();
  inventory.put(
    "attributes",
    ARN,
    { deregistrationDelay: 300_000, connectionTermination: false, gwlbFailover: null },
    T0,
  );
  const done = { responder: "deregister-target", state: "done", attempts: 1 } as const;
  const first = stepOf("deregister:web", { ...done, params: { targetGroupArn: ARN, targets: [`- ${ID}`] } });
  const second = stepOf("deregister:web#2", {
    ...done,
    params: { targetGroupArn: ARN, targets: [`80 ${ID}`] },
    receipt: served === null ? {} : { served },
  });
  const doc = incidentOf(warning(0));
  const ctx = contextOf({
    inventory,
    now: T0 + 20_000,
    doc: { ...doc, body: { ...doc.body, steps: [first, second] } },
  });
  return goneEarly(deregisteredBy(ctx.doc, ctx.facts()), new Map([[ARN, []]]), ctx);
}

test("a target that is gone soon was out before, unless any step for it saw it serve", () => {
  expect(twice(null)).toHaveLength(2);
  expect(twice(T0 + 100)).toEqual([]);
});
