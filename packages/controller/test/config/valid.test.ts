import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { configJsonSchema } from "../../src/config/schema.ts";
import { defaultActions, defaultPolicy, PRIVATE_NETWORKS } from "../../src/decide/defaults.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import { isWithin } from "../../src/notify/pipeline/time-window.ts";
import { TELL_ALL } from "../../src/notify/pipeline/suppress-settings.ts";
import { defaultOverrides } from "../../src/enrich/overrides.ts";

const unread = (): string => {
  throw new Error("nothing is read");
};

test("no config at all: console, SQLite in the working folder, loopback only, the default policy", () => {
  const config = loadConfig(null, unread);
  expect(config).toEqual({
    aws: { regions: [], accounts: [], endpoint: null },
    sources: { sqs: [], trusted: [], http: null },
    policy: { ...defaultPolicy, clusters: defaultOverrides },
    channels: { console: { type: "console" } },
    routes: [DEFAULT_ROUTE],
    suppress: TELL_ALL,
    ledger: { driver: "sqlite", file: "spotkeeper.db", synchronous: "FULL" },
    archive: { driver: "sqlite", file: "spotkeeper-archive.db" },
    inventory: { driver: "sqlite", file: "spotkeeper-inventory.db" },
    secrets: expect.objectContaining({ env: {}, ssm: { region: null } }) as object,
    show: { listen: "127.0.0.1:8787", url: null, proxies: [], auth: null },
    log: { level: "info", format: "auto" },
  });
  expect(parseConfig("# only a comment\n", "s.yaml")).toEqual(config);
});

test("ten lines are enough for a queue, an account and a topic", () => {
  const config = parseConfig(
    `aws:
  regions: [eu-west-1]
  accounts:
    - { roleArn: "arn:aws:iam::012345678901:role/ops/spotkeeper", externalId: "x-1" }
sources:
  sqs:
    - queueUrl: https://sqs.eu-west-1.amazonaws.com/111122223333/spot
channels:
  ops: { type: sns, topicArn: "arn:aws:sns:eu-west-1:111122223333:ops" }
`,
    "s.yaml",
  );
  expect(config.aws.accounts).toEqual([
    { account: "012345678901", roleArn: "arn:aws:iam::012345678901:role/ops/spotkeeper", externalId: "x-1" },
  ]);
  expect(config.sources.sqs).toEqual([
    {
      queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/spot",
      deadLetterQueueUrl: null,
      concurrency: 100,
    },
  ]);
  expect(config.channels).toEqual({ ops: { type: "sns", topicArn: "arn:aws:sns:eu-west-1:111122223333:ops" } });
});

test("policy: rules keep only what they say, so that the next rule is heard on the rest", () => {
  const { policy } = parseConfig(
    `policy:
  tag: { name: team:spot, required: true }
  defaults: { margin: 15s, minimum: 0.5 }
  rules:
    - name: checkout
      match: { cluster: [prod, "!prod-old"], kind: [rebalance], tag: { team: "checkout*" } }
      do: { replace: detach, drainHook: { port: 8080, path: /drain, token: "\${env:HOOK}" } }
    - name: rest
      do: { onRebalance: ignore, ssm: { document: drain, parameters: { mode: fast, units: [a, b] } } }
  clusters:
    groupTag: null
    names: [{ pattern: "web-*", cluster: web }]
`,
    "s.yaml",
  );
  expect(policy).toEqual({
    tag: { name: "team:spot", required: true },
    defaults: { ...defaultActions, margin: 15_000, minimum: 0.5 },
    rules: [
      {
        name: "checkout",
        match: { cluster: ["prod", "!prod-old"], kind: ["rebalance"], tag: { team: "checkout*" } },
        do: {
          replace: "detach",
          drainHook: {
            port: 8080,
            path: "/drain",
            tokenRef: "${env:HOOK}",
            timeout: 5_000,
            networks: PRIVATE_NETWORKS,
          },
        },
      },
      {
        name: "rest",
        match: {},
        do: {
          onRebalance: "ignore",
          ssm: { document: "drain", parameters: { mode: ["fast"], units: ["a", "b"] }, parameterPath: null },
        },
      },
    ],
    clusters: { ...defaultOverrides, groupTag: null, minimum: 0.5, names: [{ pattern: "web-*", cluster: "web" }] },
  });
});

test("policy.dryRun is a safety catch that no rule takes off", () => {
  const { policy } = parseConfig("policy: {dryRun: true, rules: [{name: a, do: {dryRun: false}}]}", "s.yaml");
  expect(policy.defaults.dryRun).toBe(true);
  expect(policy.rules[0]?.do.dryRun).toBe(true);
});

test.each([
  ["500ms", 500],
  ["90s", 90_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
])("duration %s", (text, ms) => {
  expect(
    parseConfig(`policy: {defaults: {drainWithin: ${ms < 1_000 ? "1s" : text}, scheduledLead: ${text}}}`, "s.yaml")
      .policy.defaults.scheduledLead,
  ).toBe(ms);
});

test.each(["localhost:0", "[::1]:8787", "127.1.2.3:80"])("loopback needs no token: %s", (listen) => {
  expect(parseConfig(`show: {listen: '${listen}'}`, "s.yaml").show.listen).toBe(listen);
});

test("any other address does", () => {
  const { show } = parseConfig("show: {listen: '0.0.0.0:80', auth: {tokens: ['${file:/run/secrets/t}']}}", "s.yaml");
  expect(show).toMatchObject({ listen: "0.0.0.0:80", auth: { tokens: ["${file:/run/secrets/t}"] } });
});

test("a file that cannot be read is named", () => {
  const fail = (): string => {
    throw Object.assign(new Error("x"), { code: "ENOENT" });
  };
  expect(() => loadConfig("/etc/s.yaml", fail)).toThrow(
    /The config \/etc\/s\.yaml cannot be read: there is no such file/,
  );
});

test("the JSON Schema comes of the same definition: strict, with every section, nothing required", () => {
  const schema = configJsonSchema() as { properties: object; required?: string[]; additionalProperties: boolean };
  expect(Object.keys(schema.properties)).toEqual(Object.keys(loadConfig(null, unread)));
  expect(schema.required ?? []).toEqual([]);
  expect(schema.additionalProperties).toBe(false);
  expect(JSON.stringify(schema)).toContain('"const":"webhook"');
  expect(schema).toMatchObject({
    properties: {
      policy: { properties: { defaults: { properties: { margin: { type: "string", pattern: expect.any(String) } } } } },
    },
  });
});

test("routes: what is left out is as without any", () => {
  const { routes } = parseConfig(
    `channels:
  console: { type: console }
  ops: { type: sns, topicArn: "arn:aws:sns:eu-west-1:111122223333:ops" }
routes:
  - { name: prod, match: { cluster: prod }, channels: [ops], groupBy: [cluster, instance], wait: 10s, continue: true }
  - { name: rest, channels: [console], repeatEvery: 6h, giveUpAfter: 10m }
`,
    "s.yaml",
  );
  expect(routes).toEqual([
    {
      ...DEFAULT_ROUTE,
      name: "prod",
      match: { cluster: "prod" },
      channels: ["ops"],
      groupBy: ["cluster", "instance"],
      wait: 10_000,
      continue: true,
    },
    { ...DEFAULT_ROUTE, name: "rest", channels: ["console"], repeatEvery: 21_600_000, giveUpAfter: 600_000 },
  ]);
});

test("the same text gives an equal config, so that a reload names only what changed", () => {
  const text = `suppress: { maintenance: [{ name: nights, from: "22:00", to: "06:00" }] }
channels: { console: { type: console } }
routes: [{ name: r, channels: [console], activeTimes: [{ from: "09:00", to: "17:00" }] }]`;
  expect(isDeepStrictEqual(parseConfig(text, "s.yaml"), parseConfig(text, "s.yaml"))).toBe(true);
});

test("suppress: windows are ready to be asked", () => {
  const { suppress } = parseConfig(
    `suppress:
  criticalServices: [checkout, "pay-*"]
  sufficientCapacity: 0.5
  maintenance:
    - { name: nights, from: "22:00", to: "06:00", timeZone: Europe/Berlin, days: [fri], match: { cluster: prod } }
`,
    "s.yaml",
  );
  expect(suppress).toMatchObject({ criticalServices: ["checkout", "pay-*"], sufficientCapacity: 0.5 });
  expect(suppress.maintenance).toMatchObject([{ name: "nights", match: { cluster: "prod" } }]);
  // 2026-01-02 is a Friday; Berlin is an hour ahead of UTC.
  const isIn = (at: number): boolean => suppress.maintenance.some((window) => isWithin(window, at));
  expect(isIn(Date.UTC(2026, 0, 2, 21, 0))).toBe(true);
  expect(isIn(Date.UTC(2026, 0, 2, 20, 59))).toBe(false);
});

test("a matcher's kind is one, or a list", () => {
  const of = (kind: string): unknown =>
    parseConfig(`policy: {rules: [{name: r, match: {kind: ${kind}}, do: {}}]}`, "s.yaml").policy.rules[0]?.match.kind;
  expect(of("spot-interruption")).toEqual(["spot-interruption"]);
  expect(of("[spot-interruption, rebalance]")).toEqual(["spot-interruption", "rebalance"]);
});

test.each([
  ["1h30m", 5_400_000],
  ["1m500ms", 60_500],
  ["90s", 90_000],
])("%s is a duration", (text, expected) => {
  const { routes } = parseConfig(`routes: [{name: a, channels: [console], giveUpAfter: ${text}}]`, "s.yaml");
  expect(routes[0]?.giveUpAfter).toBe(expected);
});
