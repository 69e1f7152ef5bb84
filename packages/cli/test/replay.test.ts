import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, createWorld, fleetOperations, realClock, serveSimulator } from "@spotkeeper/simulator";
import { describe, expect, test } from "vitest";
import { readFacts } from "../src/facts/parse.ts";
import { ID, iso, lifecycle, rebalance, state, T0, TASK, warning } from "./messages.ts";
import { folder, jsonLines, spotkeeper } from "./support.ts";

const lines = (...messages: object[]): string => messages.map((one) => JSON.stringify(one)).join("\n");

const allLines = async (stdin: string, ...args: string[]): Promise<ReturnType<typeof jsonLines>> => {
  const { code, stdout, stderr } = await spotkeeper(["replay", "--output", "json", ...args], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return jsonLines(stdout);
};
/** Without the lines about what is told. */
const replayed = async (stdin: string, ...args: string[]): Promise<ReturnType<typeof jsonLines>> =>
  (await allLines(stdin, ...args)).filter((line) => !("told" in line) && !("withheld" in line));

describe("against a simulated fleet", () => {
  test("a warning is handled to its end on a fleet that has its instance, and told with its timeline", async () => {
    const [incident, ...others] = await replayed(lines(rebalance({ time: iso(T0 - 120_000) }), warning()));
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      id: `${ID}#1`,
      kinds: ["rebalance", "spot-interruption"],
      outcome: "drained",
      account: "111122223333",
      availabilityZone: "us-east-1b",
      deadline: iso(T0 + 120_000),
    });
    expect(incident!["marginSeconds"]).toBeGreaterThan(0);
    expect(incident!["firstActionSeconds"]).toBeLessThan(1);
    const timeline = incident!["timeline"] as { readonly text: string; readonly secondsSinceOpened: number }[];
    expect(timeline.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("Rebalance recommendation"),
        "set the container instance to DRAINING: done",
        expect.stringMatching(/^deregister .* done$/),
        "closed: drained",
      ]),
    );
    expect(timeline.find(({ text }) => text.startsWith("Spot interruption"))?.secondsSinceOpened).toBeCloseTo(120, 0);
  });

  test("a hook that a message names is there, and asked about; an end without a warning is no interruption", async () => {
    const [incident] = await replayed(lines(warning(), lifecycle("terminate", { time: iso(T0 + 30_000) })));
    expect(incident).toMatchObject({ group: "web", outcome: "drained" });
    expect(JSON.stringify(incident!["steps"])).toContain("graceful-shutdown-hook");
    const [ended] = await replayed(lines(state("shutting-down")));
    expect(ended).toMatchObject({ outcome: "plain-end" });
  });

  test("an instance that a hook holds is held, and ends when the hook is answered, or its time is over", async () => {
    const [ours] = await replayed(lines(lifecycle("terminate")));
    expect(ours).toMatchObject({ outcome: "drained" });
    const texts = (ours!["timeline"] as { text: string }[]).map(({ text }) => text);
    expect(texts).toContain("complete the lifecycle action of graceful-shutdown-hook: done");
    expect(texts).toContain("the instance is gone");
    const theirs = lifecycle("terminate");
    const [other] = await replayed(
      lines(JSON.parse(JSON.stringify(theirs).replaceAll("graceful-shutdown-hook", "backup"))),
    );
    expect(other).toMatchObject({ outcome: "drained" });
    const said = (other!["timeline"] as { text: string }[]).map(({ text }) => text);
    expect(said).toContain("the instance is gone");
    expect(said.some((text) => text.includes("put back"))).toBe(false);
  });

  test("facts make the fleet: their group, cluster and services", async () => {
    const facts = join(folder, "facts.json");
    writeFileSync(
      facts,
      JSON.stringify({
        groups: [
          {
            name: "shop-web",
            account: "111122223333",
            region: "us-east-1",
            cluster: "shop",
            desired: 3,
            type: "c5.large",
            instances: [{ id: ID, zone: "us-east-1b" }],
          },
        ],
        services: [{ cluster: "shop", name: "checkout", desired: 3, balanced: true }],
      }),
    );
    const [incident] = await replayed(lines(warning()), "--facts", facts);
    expect(incident).toMatchObject({
      group: "shop-web",
      cluster: "shop",
      instanceType: "c5.large",
      services: ["checkout"],
      outcome: "drained",
    });
  });

  test("a fleet that names no account and no region is where the messages are", async () => {
    const facts = join(folder, "placeless.json");
    const groups = [
      { name: "shop-web", cluster: "shop", desired: 3, instances: [ID] },
      { name: "other", cluster: "other" },
    ];
    writeFileSync(
      facts,
      JSON.stringify({ groups, services: [{ cluster: "shop", name: "checkout", desired: 3, balanced: true }] }),
    );
    const resources = [`arn:aws:ec2:eu-central-1a:instance/${ID}`];
    const [incident] = await replayed(lines(warning({ region: "eu-central-1", resources })), "--facts", facts);
    expect(incident).toMatchObject({ group: "shop-web", region: "eu-central-1", outcome: "drained" });
    expect(incident!["firstActionSeconds"]).toBeLessThan(1);
  });

  test("it says what people would be told, by the config's channels, routes and suppression", async () => {
    const [facts, config] = ["told-facts.json", "told.yaml"].map((name) => join(folder, name)) as [string, string];
    const groups = [{ name: "shop-web", cluster: "shop", desired: 3, instances: [ID] }];
    const services = [{ cluster: "shop", name: "checkout", desired: 3, balanced: true }];
    writeFileSync(facts, JSON.stringify({ groups, services }));
    const channels = {
      chat: { type: "slack", token: "${env:NONE}", channel: "C0123456789" },
      mails: { type: "email", host: "mail.invalid", from: "a@example.com", to: ["b@example.com"] },
      other: { type: "console" },
    };
    const routes = [{ name: "shop", match: { cluster: "shop" }, channels: ["chat", "mails"] }];
    writeFileSync(config, JSON.stringify({ channels, routes }));
    const given = ["--facts", facts, "--config", config];
    const told = (await allLines(lines(warning()), ...given)).flatMap((line) => ("told" in line ? [line["told"]] : []));
    expect(told[0]).toMatchObject({ channels: ["chat", "mails"], phase: "receipt", severity: "critical" });
    // Slack's message is edited, mails are sent only for what is worth one.
    expect(told.some((one) => JSON.stringify(one).includes('"channels":["chat"],"phase":"update"'))).toBe(true);
    expect(told.at(-1)).toMatchObject({ channels: ["chat", "mails"], phase: "outcome" });
    const text = await spotkeeper(["replay", ...given], { stdin: lines(warning()) });
    expect(text.stdout).toMatch(
      /\nwould be told:\n {2}\d\d:\d\d:\d\d to chat, mails: CRITICAL receipt\n {4}checkout 2\/3: /,
    );
    writeFileSync(config, JSON.stringify({ channels, routes, suppress: { criticalServices: ["pay"] } }));
    expect((await allLines(lines(warning()), ...given)).slice(1)).toEqual([
      { withheld: { channel: null, reason: "not-critical", text: "no critical service runs there" } },
    ]);
    const quiet = await spotkeeper(["replay", ...given], { stdin: lines(warning()) });
    expect(quiet.stdout).toMatch(/would not be told:\n {2}nobody: no critical service runs there \(not-critical\)\n$/);
  });

  test("a dry run says what would be done, and does nothing", async () => {
    const [incident] = await replayed(lines(warning()), "--dry-run");
    expect(incident).toMatchObject({ mode: "dry-run", outcome: "dry-run", firstActionAt: null });
    const texts = (incident!["timeline"] as { readonly text: string }[]).map(({ text }) => text);
    expect(texts).toContain("would set the container instance to DRAINING");
    expect(texts.join()).not.toContain("this would be done");
    const { stdout } = await spotkeeper(["replay", "--dry-run"], { stdin: lines(warning()) });
    expect(stdout).toMatch(/^ {2}would: +.*drain the container instance.*wait for tasks to stop/m);
    expect(stdout).not.toContain("slowest step");
  });

  test("what leads to nothing is told with its reason", async () => {
    const found = await replayed(lines({ broken: true }, state("running"), warning({ time: iso(T0 + 1_000) })));
    expect(found[0]).toMatchObject({ file: null, message: 1, is: "rejected" });
    expect(found.at(-1)).toMatchObject({ id: `${ID}#1` });
    const { stdout, code } = await spotkeeper(["replay"], { stdin: lines({ broken: true }) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^stdin:1 {2}not understood: .*\n\nNo incidents\.\n$/);
  });

  test("a Fargate task, and one instance interrupted twice, are told apart", async () => {
    const later = T0 + 1_800_000;
    const stop = {
      ...warning({ time: iso(T0) }),
      source: "aws.ecs",
      "detail-type": "ECS Task State Change",
      detail: {
        taskArn: TASK,
        clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/default",
        stopCode: "SpotInterruption",
        lastStatus: "RUNNING",
        desiredStatus: "STOPPED",
        launchType: "FARGATE",
        stoppingAt: iso(T0),
      },
    };
    const found = await replayed(
      lines(
        warning(),
        stop,
        state("terminated", { time: iso(T0 + 130_000) }),
        state("running", { time: iso(later) }),
        warning({ time: iso(later + 60_000) }),
      ),
    );
    const ids = found.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([`${ID}#1`, `${ID}#2`, expect.stringContaining(TASK)]));
  });

  test("is printed for people, from a file", async () => {
    const file = join(folder, "one.json");
    writeFileSync(file, JSON.stringify(warning()));
    const { code, stdout } = await spotkeeper(["replay", file]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${ID}#1\n`);
    expect(stdout).toMatch(/^ +state: +drained$/m);
    expect(stdout).toMatch(/^ +\+[\d.]+ s {2}set the container instance to DRAINING: done \([\d.]+ s left\)$/m);
  });
});

describe("live", () => {
  test("goes to AWS by the config, and a dry run changes nothing there", async () => {
    const clock = realClock({ speed: 1 });
    const world = createWorld({ clock, seed: 1, send: () => {} });
    const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations });
    const server = await serveSimulator(simulator);
    const config = join(folder, "live.yaml");
    writeFileSync(config, `aws: { endpoint: "${server.url}", regions: [us-east-1] }\n`);
    const env = { AWS_ACCESS_KEY_ID: "AKIA111122223333", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "us-east-1" };
    const { code, stdout, stderr } = await spotkeeper(
      ["replay", "--live", "--dry-run", "--config", config, "--output", "json"],
      { stdin: lines(warning({ time: iso(Date.now() - 600_000) }), { broken: true }), env },
    );
    await server.close();
    expect(readdirSync(folder).filter((name) => name.includes(".db"))).toEqual([]);
    const found = jsonLines(stdout);
    expect(found[0]).toMatchObject({ message: 2, is: "rejected" });
    expect(found[1]).toMatchObject({ id: `${ID}#1`, mode: "dry-run" });
    expect(code).toBe(0);
    expect(stderr).not.toContain("SPOTKEEPER_REPLAY_TOKEN");
    const calls = Object.keys(simulator.calls.counts());
    expect(calls).toContain("ec2:DescribeInstances:ok");
    expect(simulator.calls.recent().filter(({ mutating }) => mutating)).toEqual([]);
  }, 30_000);

  test("without credentials ends at once with the reason, and leaves nothing behind", async () => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await spotkeeper(["replay", "--live", "--dry-run"], {
      stdin: lines(warning()),
      env: { AWS_EC2_METADATA_DISABLED: "true", HOME: folder },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("No AWS credentials found");
    expect(stderr).toContain("(SK-AWS-CREDENTIALS)");
    expect(readdirSync(folder)).toEqual(before);
  });

  test("takes no facts", async () => {
    const { code, stderr } = await spotkeeper(["replay", "--live", "--facts", "x.json"]);
    expect(code).toBe(2);
    expect(stderr).toContain("SK-CALL-REPLAY");
  });
});

describe("facts that are wrong", () => {
  test.each([
    ["[]", "the facts: got [], wants an object"],
    ["{", "is no JSON"],
    ['{"group": []}', "the key group"],
    ['{"groups": {}}', "groups: got {}, wants a list"],
    ['{"groups": [{}]}', "groups[0].name: got nothing, wants a text"],
    ['{"groups": [{"name": "a", "desired": -1}]}', "groups[0].desired: got -1, wants a whole number"],
    ['{"groups": [{"name": "a", "instances": [7]}]}', "groups[0].instances[0]: got 7, wants an object"],
    ['{"services": [{"cluster": "c", "name": "s", "daemon": 1}]}', "services[0].daemon: got 1, wants true or false"],
  ])("%s", (text, said) => {
    expect(() => readFacts(text, "f.json")).toThrow(said);
  });
});
