import { describe, expect, test } from "vitest";
import { affectedBy } from "../../src/notify/message/affected.ts";
import {
  isLookAroundPending,
  hasUnreadTargetGroups,
  unreadTargetGroupLines,
} from "../../src/notify/message/unread-target-groups.ts";
import type { Plain } from "../../src/model/plain.ts";
import type { Step } from "../../src/model/step.ts";
import { AT, contextOf, run } from "./context.ts";
import { warning } from "../correlate/support.ts";
import { factsWith, incidentOf, stepOf } from "./support.ts";

describe("look-around", () => {
  test("asks for the incident's instance where it is, and names on the timeline what was not looked at", async () => {
    const asked: unknown[] = [];
    const lookAround = (...args: unknown[]) => {
      asked.push(args.slice(0, 2));
      return Promise.resolve({ left: ["web", "api"], why: null });
    };
    const ctx = contextOf({ lookAround });
    const result = await run("look-around", stepOf("look-around"), ctx);
    expect(asked).toEqual([[incidentOf(warning(0)).body.subject.id, AT]]);
    expect(result).toMatchObject({ is: "done", receipt: { left: 2, why: null } });
    expect(result.also?.journal).toMatchObject([{ kind: "note", text: "2 target groups not looked at: web, api" }]);
  });

  test("keeps the timeline readable where hundreds were not looked at", async () => {
    const left = Array.from({ length: 250 }, (_, n) => `t-${n}`);
    const ctx = contextOf({ lookAround: () => Promise.resolve({ left, why: null }) });
    const result = await run("look-around", stepOf("look-around"), ctx);
    expect(result.also?.journal?.[0]?.text).toMatch(/^250 target groups not looked at: t-0, .*, t-199 and 50 more$/);
  });

  test("says why where the target groups could not be listed", async () => {
    const ctx = contextOf({ lookAround: () => Promise.resolve({ left: null, why: "denied: elb" }) });
    const result = await run("look-around", stepOf("look-around"), ctx);
    expect(result).toEqual({
      is: "done",
      receipt: { left: null, why: "denied: elb" },
      note: "not all could be asked: denied: elb",
    });
  });
});

const looked = (receipt: Plain, state: Step["state"] = "done"): Step =>
  stepOf("look-around", { responder: "look-around", state, receipt });

describe("what people are told of it", () => {
  test.each<[name: string, steps: readonly Step[], expected: boolean, lines: readonly string[]]>([
    ["no look", [], false, []],
    ["all was looked at", [looked({ left: 0, why: null })], false, []],
    ["one was not", [looked({ left: 1, why: null })], true, ["targets: 1 target group was not looked at"]],
    ["some were not", [looked({ left: 7, why: null })], true, ["targets: 7 target groups were not looked at"]],
    [
      "nobody knows",
      [looked({ left: null, why: "denied: x" })],
      true,
      ["targets: not all load balancers could be asked: denied: x"],
    ],
    [
      "it was given up",
      [{ ...looked(null, "abandoned"), reason: "its time is over" }],
      true,
      ["targets: not all load balancers could be asked: its time is over"],
    ],
    ["it is under way", [looked(null, "waiting")], false, []],
  ])("%s", (_name, steps, expected, lines) => {
    expect(hasUnreadTargetGroups(steps)).toBe(expected);
    expect(isLookAroundPending(steps)).toBe(steps.some(({ state }) => state === "waiting"));
    expect(unreadTargetGroupLines([{ steps }])).toEqual(lines);
  });

  test("of several incidents, which share what they look at, the most are told", () => {
    const all = [3, 0, 12].map((left) => ({ steps: [looked({ left, why: null })] }));
    expect(unreadTargetGroupLines(all)).toEqual(["targets: 12 target groups were not looked at"]);
  });

  test("that nothing runs there is not known before everything was looked at", () => {
    const { key, ...doc } = incidentOf(warning(0));
    const told = (steps: readonly Step[]) => ({
      doc: { ...doc, key, body: { ...doc.body, steps } },
      facts: factsWith({ missing: [], complete: true }),
    });
    expect(affectedBy([told([looked({ left: 0, why: null })])])).not.toBeNull();
    expect(affectedBy([told([looked(null, "waiting")])])).toBeNull();
    expect(affectedBy([told([looked({ left: 2, why: null })])])).toBeNull();
  });
});
