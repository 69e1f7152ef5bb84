import { describe, expect, test } from "vitest";
import type { FailureKind } from "../../src/aws/failure.ts";
import type { RunCommand } from "../../src/aws/calls/ssm.ts";
import { failed } from "../../src/aws/failure.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import type { Params } from "../../src/model/plain.ts";
import type { Finished } from "../../src/respond/machine/apply.ts";
import type { Result } from "../../src/respond/responder.ts";
import { runStep } from "../../src/respond/machine/run-step.ts";
import { ID, T0, warning } from "../correlate/support.ts";
import { ACT, AT, contextOf, DEADLINE, fakeAws, responder, run } from "./context.ts";
import { incidentOf, stepOf } from "./support.ts";

const base = incidentOf(warning(0));
const COMMANDS = { commands: ["systemctl stop shop"] };
const params = { instanceId: ID, document: "drain-shop", parameters: COMMANDS, parameterPath: null };

/** Sends, and tells what came of it and what AWS was asked. */
async function sends(over: Params = {}, secret?: (reference: string | null) => Promise<string | null>) {
  const { aws, calls } = fakeAws({ ssm: { sendCommand: () => Promise.resolve({ commandId: "c-1" }) } });
  const step = stepOf("command", { params: { ...params, ...over } });
  const result = await run("ssm-run-command", step, contextOf({ aws, ...(secret === undefined ? {} : { secret }) }));
  const [call] = calls;
  return { result, calls, command: call?.[2] as RunCommand | undefined };
}

const failing = (kind: FailureKind, awsCode: string): Promise<Result> => {
  const failure = failed(kind, { service: "ssm", name: "SendCommand" }, awsCode, "said so", null);
  const { aws } = fakeAws({ ssm: { sendCommand: () => Promise.reject(failure) } });
  return run("ssm-run-command", stepOf("command", { params }), contextOf({ aws }));
};

describe("ssm-run-command", () => {
  test("sends the document with its parameters, to begin within its budget", async () => {
    const { result, calls } = await sends();
    const command = {
      instanceId: ID,
      document: "drain-shop",
      parameters: COMMANDS,
      comment: `Spotkeeper: ${base.key}`,
      startWithin: 120_000,
    };
    expect(calls).toEqual([["ssm.sendCommand", AT, command, { ...ACT, deadline: DEADLINE }]]);
    expect(result).toEqual({
      is: "done",
      receipt: { commandId: "c-1", instanceId: ID },
      note: "drain-shop was sent",
    });
  });

  test("AWS's script documents are ended within the budget, unless they say when themselves", async () => {
    const script = { document: "AWS-RunShellScript" };
    expect((await sends(script)).command?.parameters).toEqual({ ...COMMANDS, executionTimeout: ["120"] });
    const parameters = { ...COMMANDS, executionTimeout: ["20"] };
    expect((await sends({ ...script, parameters })).command?.parameters).toEqual(parameters);
  });

  test("what Parameter Store says goes before the policy, key by key", async () => {
    const asked: unknown[] = [];
    const kept = async (text: string) =>
      (
        await sends({ parameterPath: "/drain/web" }, async (reference) => {
          asked.push(reference);
          return text;
        })
      ).command;
    expect(await kept('{"document":"drain-web"}')).toMatchObject({ document: "drain-web", parameters: COMMANDS });
    expect(await kept('{"parameters":{"mode":"fast"}}')).toMatchObject({
      document: "drain-shop",
      parameters: { mode: ["fast"] },
    });
    expect(asked).toEqual(["${ssm:/drain/web}", "${ssm:/drain/web}"]);
  });

  test.each([["not JSON"], ['{"document":"no such name"}'], ['{"parameters":{"a":1}}'], ["[]"], ["null"]])(
    "sends nothing where Parameter Store holds %s",
    async (text) => {
      const { result, calls } = await sends({ parameterPath: "/drain/web" }, () => Promise.resolve(text));
      expect(result).toMatchObject({ is: "skip", reason: expect.stringContaining("/drain/web in Parameter Store") });
      // It may hold secrets.
      expect(JSON.stringify(result)).not.toContain("no such name");
      expect(calls).toEqual([]);
    },
  );

  test("sends nothing where nobody names a document, or Parameter Store cannot be asked", async () => {
    expect(await sends({ document: null })).toMatchObject({
      result: { is: "skip", reason: expect.stringContaining("names a document") },
      calls: [],
    });
    const away = await sends({ parameterPath: "/x" }, () => Promise.reject(new Error("not now")));
    expect(away).toMatchObject({ result: { is: "wait", until: T0 + 2_000, reason: "not now" }, calls: [] });
  });

  test("skips what Systems Manager does not manage, and is tried again where it was surely not begun", async () => {
    expect(await failing("invalid", "InvalidInstanceId")).toEqual({
      is: "skip",
      reason: `Systems Manager does not manage ${ID}, or cannot reach it`,
    });
    expect(await failing("throttled", "ThrottlingException")).toMatchObject({ is: "wait", until: T0 + 2_000 });
    expect(await failing("unavailable", "Closed")).toMatchObject({ is: "wait" });
    await expect(failing("denied", "AccessDeniedException")).rejects.toMatchObject({ fields: { kind: "denied" } });
  });

  test.each(["unavailable", "timed-out"] as const)("an answer that is %s is not asked for twice", async (kind) => {
    await expect(failing(kind, "X")).rejects.toBeInstanceOf(SpotkeeperError);
    await expect(failing(kind, "X")).rejects.toMatchObject({ code: "SK-STEP-UNKNOWN" });
  });

  test("begun before a crash, it is given up and told", async () => {
    const { aws, calls } = fakeAws({ ssm: { sendCommand: () => Promise.resolve({ commandId: "c-2" }) } });
    const step = stepOf("command", { params, state: "intended" });
    const finished: Finished = await runStep(responder("ssm-run-command"), step, contextOf({ aws }), () => 0.5);
    expect(finished).toMatchObject({ failure: { reason: expect.stringContaining("not repeated"), retryAt: null } });
    expect(calls).toEqual([]);
  });
});

describe("await-command", () => {
  const sent = stepOf("command", { state: "done", receipt: { commandId: "c-1", instanceId: ID } });
  const waits = (invocation: unknown, before = sent): Promise<Result> => {
    const { aws } = fakeAws({ ssm: { invocation: () => Promise.resolve(invocation as never) } });
    const doc = { ...base, body: { ...base.body, steps: [before] } };
    return run("await-command", stepOf("await", { params: { command: "command" } }), contextOf({ aws, doc }));
  };
  const ended = (over: object) => ({
    status: "Success",
    details: "Success",
    exitCode: 0,
    output: "",
    errors: "",
    ...over,
  });

  test("waits while it is not known, pending, or under way", async () => {
    expect(await waits(null)).toMatchObject({ is: "wait", until: T0 + 3_000, reason: "the command is not known yet" });
    for (const status of ["Pending", "InProgress", "Delayed", "Cancelling"])
      expect(await waits(ended({ status, details: status }))).toMatchObject({ reason: `the command is ${status}` });
  });

  test("keeps the first lines of what it printed, each harmless and short", async () => {
    const output = `\n\u001B[31mstopping\u001B[0m\r\n${"x".repeat(100)}\nthird\u202Eline\n4\n5\n`;
    expect(await waits(ended({ output }))).toEqual({
      is: "done",
      receipt: { commandId: "c-1", status: "Success", exitCode: 0 },
      note: `it printed: stopping / ${"x".repeat(59)}… / third line / 4`,
    });
    expect(await waits(ended({}))).not.toHaveProperty("note");
  });

  test("one that failed is told with what it complained of, and the plan goes on", async () => {
    const failure = { status: "Failed", details: "Failed", exitCode: 3, output: "so far", errors: "no such unit\n" };
    expect(await waits(ended(failure))).toMatchObject({
      is: "skip",
      reason: "the command ended as Failed, exit code 3: no such unit",
    });
    expect(await waits(ended({ status: "TimedOut", details: "Undeliverable", exitCode: -1 }))).toMatchObject({
      reason: "the command ended as Undeliverable",
    });
  });

  test("where none was sent there is nothing to wait for", async () => {
    const skipped = stepOf("command", { state: "skipped" });
    expect(await waits(ended({}), skipped)).toEqual({ is: "skip", reason: "no command was sent" });
  });
});
