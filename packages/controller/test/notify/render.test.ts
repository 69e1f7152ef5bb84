import { expect, test } from "vitest";
import { type AlertJson, renderJson } from "../../src/notify/render/json.ts";
import { renderText } from "../../src/notify/render/text.ts";
import { buildAlert } from "../../src/notify/message/build.ts";
import { linksTo } from "../../src/notify/message/links.ts";
import { findResponder } from "../../src/respond/responders/index.ts";
import { fit } from "../../src/notify/render/fit.ts";
import { ALL, partsOf } from "../../src/notify/render/parts.ts";
import { alertDoc, impact, many, model, T0, task, told } from "./support/samples.ts";

const storm = model(many(100));
const drained = { outcome: "drained", closedAt: T0 } as const;

test.each([100, 1_000, 4_000, 10_000])(
  "text keeps to %i bytes as far as members can give way, and counts them",
  (mostBytes) => {
    const lines = renderText(storm, { mostMembers: 100, mostBytes });
    const shown = lines.filter((line) => line.startsWith("  - ")).length;
    if (mostBytes > 100) expect(Buffer.byteLength(lines.join("\n"))).toBeLessThanOrEqual(mostBytes);
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
  expect(ends).toEqual([
    "open",
    "drained with 40 s to spare",
    "not drained in time, 2 s late",
    "not interrupted after all",
  ]);
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

test("parts say everything that people may ask for", () => {
  const facts = { impact: [impact()], tasks: [task("standalone"), task("daemon")], missing: [] };
  const parts = partsOf(model([told("i-1", { facts })]), ALL);
  expect(Object.fromEntries(parts.map(({ name, lines }) => [name, lines]))).toMatchObject({
    stakes: ["checkout keeps 1 of 4 tasks, below its minimum of 2", "1 standalone task that no service starts again"],
    deadline: ["in 94 s, at 2026-01-01T00:02:00Z"],
    where: ["cluster prod, eu-west-1, account 111122223333"],
    services: ["checkout: 4 desired, 4 running, 0 pending, 3 go, 1 stays; checkout:1; behind a load balancer"],
    members: ["i-1  web  m5.large  eu-west-1b  web  until 2026-01-01T00:02:00Z  1 standalone task and 1 daemon"],
  });
});

test("what gives way first is what people miss least, and nothing goes uncounted", () => {
  const services = Array.from({ length: 30 }, (_, n) => impact({ service: `service-${n}` }));
  const large = model([...many(300), told("i-x", { facts: { impact: services } })]);
  const sizes = [60_000, 20_000, 6_000, 2_000, 600].map((most) => {
    const parts = fit(
      large,
      (shown) => shown,
      (shown) => JSON.stringify(shown).length <= most,
    );
    for (const [name, total] of [
      ["services", 30],
      ["members", 301],
    ] as const) {
      const part = parts.find((one) => one.name === name);
      const counted = Number(/\d+/.exec(part?.rest ?? "0")?.[0]);
      expect((part?.lines.length ?? 0) + counted).toBe(total);
    }
    expect(parts[0]).toMatchObject({
      name: "stakes",
      lines: expect.arrayContaining([expect.stringContaining("keeps 1")]),
    });
    return JSON.stringify(parts).length;
  });
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

test("links lead to the one incident, or to the list of them", () => {
  const links = linksTo("https://spot.example.com");
  const one = buildAlert([told("i-1")], alertDoc(), T0, findResponder, links);
  expect(one).toMatchObject({ link: "https://spot.example.com/api/v1/incidents/i-1%231" });
  const two = buildAlert([told("i-1"), told("i-2")], alertDoc(), T0, findResponder, links);
  expect(two.link).toBe("https://spot.example.com/api/v1/incidents?open=true&region=eu-west-1&cluster=prod&group=web");
  expect(renderText(two, { mostMembers: 1, mostBytes: 10_000 }).at(-1)).toBe(`  see ${two.link}`);
});
