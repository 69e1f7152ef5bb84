import { expect, test } from "vitest";
import { type AlertJson, renderJson } from "../../src/notify/render/json.ts";
import { renderText } from "../../src/notify/render/text.ts";
import { many, model, T0, told } from "./support/samples.ts";

const storm = model(many(100));
const drained = { outcome: "drained", closedAt: T0 } as const;

test.each([100, 1_000, 4_000, 10_000])(
  "text keeps to %i bytes as far as members can give way, and counts them",
  (mostBytes) => {
    const lines = renderText(storm, { mostMembers: 100, mostBytes });
    const shown = lines.filter((line) => line.startsWith("  - ")).length;
    if (shown > 0) expect(Buffer.byteLength(lines.join("\n"))).toBeLessThanOrEqual(mostBytes);
    expect(lines[0]).toBe(storm.headline);
    if (shown < 100) expect(lines.at(-1)).toBe(`  and ${100 - shown} more incidents, not shown here`);
    else expect(mostBytes).toBe(10_000);
  },
);

test("text of an outcome says how each ended", () => {
  const members = [
    told("i-1", { body: { ...drained, drainedAt: T0 + 79_500 } }),
    told("i-2", { body: { ...drained, outcome: "deadline-passed", drainedAt: T0 + 121_500 } }),
    told("i-3", { body: { ...drained, outcome: "cancelled" } }),
    told("i-4", { body: { deadline: null } }),
  ];
  const lines = renderText(model(members), { mostMembers: 10, mostBytes: 10_000 });
  const ends = lines.filter((line) => line.startsWith("  - ")).map((line) => line.split("  ").at(-1));
  expect(ends).toEqual(["open", "drained with 40 s to spare", "deadline-passed 2 s late", "cancelled"]);
});

test.each([
  [{ cluster: "arn:aws:ecs:eu-west-1:1:cluster/prod", group: "web" }, "cluster prod, eu-west-1, account 111122223333"],
  [{ cluster: null, group: "web" }, "group web, eu-west-1, account 111122223333"],
  [{ cluster: null, group: null, region: null, account: null }, "not known"],
])("text says where: %j", (group, where) => {
  const about = { ...storm, group: { ...storm.group, ...group } };
  expect(renderText(about, { mostMembers: 0, mostBytes: 10_000 })).toContain(`  where: ${where}`);
});

test.each([5_000, 20_000, 100_000])("JSON keeps to %i bytes, stays whole, and counts what it cut", (mostBytes) => {
  const body = renderJson(storm, T0, mostBytes);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(mostBytes);
  const { members, membersOmitted, memberCount } = JSON.parse(body) as AlertJson;
  expect(members.length + membersOmitted).toBe(memberCount);
  expect(members.length).toBeGreaterThan(0);
});

test("JSON that cannot be made small enough still tells what matters", () => {
  const { headline, members } = JSON.parse(renderJson(storm, T0, 10)) as AlertJson;
  expect(headline).toBe(storm.headline);
  expect(members).toEqual([]);
});
