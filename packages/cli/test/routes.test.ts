import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folder, jsonLines, spotkeeper } from "./support.ts";
import { type Setting, startShow } from "./worker.ts";

const file = join(folder, "routes.yaml");
writeFileSync(
  file,
  `channels:
  oncall: { type: console }
  chat: { type: console }
  day: { type: console }
routes:
  - { name: office, channels: [day], activeTimes: [{ from: "09:00", to: "17:00" }], continue: true }
  - { name: prod, match: { cluster: "prod-*", tag: { team: checkout } }, channels: [oncall] }
  - { name: rest, channels: [chat] }
suppress:
  maintenance: [{ name: move, from: "03:00", to: "04:00", match: { group: "db-*" } }]
  inhibit: [{ name: warnings first, source: { kind: spot-interruption }, target: { kind: rebalance } }]
`,
);
const routes = (...args: string[]): ReturnType<typeof spotkeeper> =>
  spotkeeper(["routes", "test", "--config", file, ...args], { env: { SPOTKEEPER_TOKEN: "s3cret" } });
const night = ["--at", "2026-01-02T20:00:00Z"];

describe("routes test", () => {
  test("says of each route who would hear of it, and why not", async () => {
    const { code, stdout, stderr } = await routes("--cluster", "prod-1", "--tag", "team=checkout", ...night);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout)
      .toBe(`office: matches, but nobody is told: route office is not active until 2026-01-03T09:00:00Z (inactive-route)
prod: sends to oncall
rest: is not tried: route prod takes it, without continue
silences: not asked for; --url asks the worker
in all: oncall
`);
  });

  test("what is not given is not known; each key that differs is named", async () => {
    const [trial] = jsonLines((await routes("--cluster", "shop", "--output", "json", ...night)).stdout);
    expect(trial).toMatchObject({
      routes: [
        { route: "office", result: "suppressed", channels: [] },
        {
          route: "prod",
          result: "no-match",
          why: ["cluster wants prod-*, it is shop", "tag.team wants checkout, it is not known"],
        },
        { route: "rest", result: "sends", channels: ["chat"], why: [] },
      ],
      channels: ["chat"],
      inhibitedBy: [],
    });
  });

  test("maintenance and inhibition of the config", async () => {
    const at = ["--at", "2026-01-02T03:30:00Z"];
    const { stdout } = await routes("--group", "db-1", "--kind", "rebalance", ...at);
    expect(stdout).toContain("rest: matches, but nobody is told: during maintenance (move) until 2026-01-02T04:00:00Z");
    expect(stdout).toContain("inhibit rule warnings first: ");
    expect(stdout).toMatch(/\nin all: nobody is told\n$/);
  });

  test("--expect fails with 1 if others would hear of it", async () => {
    expect((await routes("--expect", "chat", ...night)).code).toBe(0);
    const { code, stderr } = await routes("--expect", "oncall", ...night);
    expect([code, stderr]).toEqual([1, "Expected were oncall; it is chat.\n"]);
  });

  test.each([
    [["--tag", "team"], /SK-CALL-MATCH/],
    [["--at", "noon"], /wants a time/],
    [["--kind", "launch"], /Allowed choices/],
  ])("refuses %j with 2", async (args, said) => {
    const { code, stderr } = await routes(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  });
});

describe("config check", () => {
  test("a valid config is summed up", async () => {
    const { code, stdout } = await spotkeeper(["config", "check", "--config", file]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${file}: valid; 0 queues, channels: oncall, chat, day, routes: office, prod, rest\n`);
  });

  test("an invalid one is 2, with each problem and its line", async () => {
    const wrong = join(folder, "wrong.yaml");
    writeFileSync(wrong, "chanels: {}\nroutes:\n  - { name: a, channels: [chat], wait: soon }\n");
    const { code, stdout, stderr } = await spotkeeper(["config", "check", "--config", wrong]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/wrong\.yaml:1: chanels: is no known key; did you mean channels\?/);
    expect(stderr).toMatch(/wrong\.yaml:3: routes\[0\]\.wait: got "soon"/);
  });
});

describe("of a worker", () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await startShow();
  });
  afterAll(() => setting.close());

  test("routes test knows its silences", async () => {
    const env = { env: { USER: "ana", SPOTKEEPER_TOKEN: "s3cret" } };
    const url = ["--url", setting.url];
    const silence = ["--match", "group=web*", "--for", "1h", "--comment", "move"];
    expect((await spotkeeper(["silence", "add", ...silence, ...url], env)).code).toBe(0);
    expect((await routes("--group", "web-1", ...url)).stdout).toMatch(
      /nobody is told: .*silenced by ana \(\w{8}\) until /,
    );
    expect((await routes("--group", "db", ...url)).stdout).not.toContain("silenced");
  });

  test("alerts are listed, and one that is not known is an error", async () => {
    const env = { env: { SPOTKEEPER_TOKEN: "s3cret" } };
    expect((await spotkeeper(["alerts", "--url", setting.url], env)).stdout).toBe("No alerts.\n");
    const { code, stderr } = await spotkeeper(["alerts", "show", "alert#x", "--url", setting.url], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining("No alert alert#x is known there.")]);
  });
});

test("alerts: each channel with its state, and what was suppressed with its reason", async () => {
  const alert = {
    key: "alert#111122223333/eu-west-1/cluster:prod",
    route: null,
    open: true,
    openedAt: "2026-01-02T20:00:00.000Z",
    size: 2,
    withheld: [
      { reason: "silenced", text: "silenced by ana", channel: null },
      { reason: "inhibited", text: "the storm is told there", channel: "chat" },
    ],
    sends: [
      { channel: "oncall", state: "sent", attempts: 1, retryAt: null, reason: null },
      { channel: "chat", state: "due", attempts: 2, retryAt: "2026-01-02T20:01:00.000Z", reason: "answered 503" },
    ],
  };
  const server = createServer((_, response) => void response.end(JSON.stringify({ items: [alert] })));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = ["--url", `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  const shown = await spotkeeper(["alerts", "show", alert.key, ...url]);
  const listed = await spotkeeper(["alerts", "list", ...url]);
  const [json] = jsonLines((await spotkeeper(["alerts", "list", "--output", "json", ...url])).stdout);
  server.close();
  expect(shown.stdout).toBe(`${alert.key}
open, since 2026-01-02T20:00:00.000Z, 2 incidents, route default
oncall: sent, attempts: 1
chat: due, attempts: 2; again at 2026-01-02T20:01:00.000Z; answered 503
nobody is told: silenced by ana (silenced)
chat is not told: the storm is told there (inhibited)
`);
  expect(listed.stdout).toContain(
    `${alert.key}  open   2026-01-02 20:00  2          oncall sent, chat due  silenced, inhibited\n`,
  );
  expect(json).toEqual(alert);
});
