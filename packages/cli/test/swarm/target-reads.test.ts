import { expect, test } from "vitest";
import type { Call, CallHook, Target } from "@spotkeeper/simulator";
import { type TargetReads, watchTargetReads } from "../../src/simulate/swarm/invariants/target-reads.ts";

const ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1";
/** When a person deregisters the target. */
const BY_HAND = 10_000;

/** What is known after a look and our own call, each at its time. */
async function targetReads(lookedAt: number | null, oursAt: number): Promise<TargetReads> {
  const hooks: CallHook[] = [];
  const made = watchTargetReads({ onCall: (hook: CallHook) => void hooks.push(hook) } as never);
  const call = async (operation: string, at: number, input: object): Promise<void> => {
    const one = { operation, at, input: { TargetGroupArn: ARN, ...input } } as unknown as Call;
    for (const phase of ["before", "after"] as const) for (const hook of hooks) await hook(one, phase);
  };
  if (lookedAt !== null) await call("DescribeTargetHealth", lookedAt, {});
  await call("DeregisterTargets", oursAt, { Targets: [{ Id: "i-1", Port: 80 }] });
  return made;
}

const target = (delay: number): Target =>
  ({ group: { arn: ARN, deregistrationDelay: delay * 1_000 }, id: "i-1", port: 80 }) as unknown as Target;

test("what a person deregistered could not be seen where there was no look, and the end of the delay does not tell", async () => {
  expect((await targetReads(null, 60_000)).areBlind(target(0), BY_HAND)).toBe(true);
  expect((await targetReads(null, 14_000)).areBlind(target(300), BY_HAND)).toBe(true);
  // A look from before.
  expect((await targetReads(9_000, 60_000)).areBlind(target(0), BY_HAND)).toBe(true);
});

test("it could be seen by a look between, by the end of the delay, and where the worker did nothing", async () => {
  expect((await targetReads(30_000, 60_000)).areBlind(target(0), BY_HAND)).toBe(false);
  expect((await targetReads(12_000, 14_000)).areBlind(target(300), BY_HAND)).toBe(false);
  expect((await targetReads(null, 60_000)).areBlind(target(300), BY_HAND)).toBe(false);
  expect((await targetReads(null, 5_000)).areBlind(target(0), BY_HAND)).toBe(false);
});
