import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SendResult } from "../../src/notify/alert.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import type { Send } from "../../src/model/alert.ts";
import { failedChannelsFor, recipientsOf } from "../../src/notify/outbox/recipients.ts";
import { type Bench, bench, type FakeChannel, fakeChannel } from "./support/bench.ts";
import { T0 } from "./support/samples.ts";

const drained = { outcome: "drained", drainedAt: T0 + 60_000, closedAt: T0 + 60_000 } as const;
const broken: SendResult = { is: "retry", reason: "answered 500", after: null };
const denied: SendResult = { is: "refused", reason: "answered 401", because: "credentials" };
const phases = (channel: FakeChannel): string[] => channel.sent.map(({ at, model }) => `${at / 1_000} ${model.phase}`);

let on: Bench;
let slack: FakeChannel;
let mail: FakeChannel;
beforeEach(() => {
  on = bench();
  slack = fakeChannel(on.clock);
  mail = fakeChannel(on.clock);
});
afterEach(() => on.ledger.close());

describe("a channel that hangs", () => {
  test("delays neither the others' first attempt nor their next", async () => {
    mail.answers.push("hangs");
    slack.answers.push(broken);
    const alerts = on.worker({ mail, slack });
    await on.join("i-1");
    on.clock.jump(5_000);
    const run = alerts.advance(on.key);
    await on.elapse(11_000);
    await run;
    const [first, second] = slack.sent.map(({ at }) => at);
    expect(first).toBe(5_000);
    // Tried again a second after it failed, while the other still hangs.
    expect((second ?? 0) - 6_000).toBeLessThan(100);
    expect(on.observed).toEqual(["slack failed", "slack sent", "mail failed"]);
    expect((await on.alert()).body.sends).toMatchObject({ mail: { reason: "no answer within 10 s" } });
  });

  test("delays no outcome", async () => {
    mail.answers.push("hangs");
    const alerts = on.worker({ mail, slack });
    await on.join("i-1");
    on.clock.jump(5_000);
    let wakeAgain = (): void => {};
    const run = alerts.advance(on.key, {
      nextWakeUp: () => new Promise((resolve) => (wakeAgain = resolve)),
      until: Infinity,
    });
    await on.elapse(3_000);
    expect(phases(slack)).toEqual(["5 receipt"]);
    await on.change("i-1", drained);
    wakeAgain();
    await on.elapse(100);
    expect(phases(slack)).toEqual(["5 receipt", "8 outcome"]);
    expect(mail.sent).toHaveLength(1);
    await on.elapse(20_000);
    await run;
  });
});

describe("a channel that fails for long", () => {
  test("is tried less and less, given up at its age, and that is told elsewhere", async () => {
    mail.answers.push(...Array.from({ length: 100 }, () => broken));
    const routes = [{ ...DEFAULT_ROUTE, giveUpAfter: 600_000 }];
    const alerts = on.worker({ mail, slack }, { routes });
    await on.join("i-1");
    await on.run(alerts, 900_000);
    // Five attempts with back-off; then the circuit lets one through after 30 s, 1 min, 2 min and 4 min.
    expect(mail.sent.map(({ at }) => Math.round(at / 1_000))).toEqual([5, 6, 8, 12, 20, 50, 110, 230, 470]);
    expect((await on.alert()).body.sends["mail"]).toMatchObject({
      state: "gave-up",
      reason: expect.stringMatching(/^answered 500/),
    });
    expect(slack.sent.map(({ model }) => [model.phase, model.ask])).toEqual([
      ["receipt", []],
      ["update", [expect.stringMatching(/^find out why channel mail got no message: answered 500/)]],
    ]);
    await on.change("i-1", drained);
    await on.run(alerts, 1_200_000);
    // What the mail channel could not tell in the end is told to the others, once.
    expect(slack.sent.slice(2).map(({ model }) => [model.phase, model.ask.length])).toEqual([
      ["outcome", 0],
      ["outcome", 1],
    ]);
    expect((await on.alert()).wakeAt).toBeNull();
  });

  test("goes on after a restart where it was", async () => {
    mail.answers.push(broken, broken);
    await on.join("i-1");
    await on.run(on.worker({ mail }), 6_500);
    expect(phases(mail)).toEqual(["5 receipt", "6 receipt"]);
    await on.run(on.worker({ mail }), 10_000);
    expect(phases(mail)).toEqual(["5 receipt", "6 receipt", "8 receipt"]);
    expect((await on.alert()).body.sends["mail"]).toMatchObject({ state: "sent", attempts: 3 });
  });

  test("a channel beyond the route stands in where none of it could be told, and is told the outcome, too", async () => {
    mail.answers.push(denied);
    const routes = [{ ...DEFAULT_ROUTE, name: null, channels: ["mail"] }];
    const pager = fakeChannel(on.clock);
    const alerts = on.worker({ slack, mail, pager }, { routes });
    await on.join("i-1");
    await on.run(alerts, 20_000);
    expect(slack.sent.map(({ model }) => [model.phase, model.ask])).toEqual([
      ["receipt", ["find out why channel mail got no message: answered 401"]],
    ]);
    await on.change("i-1", drained);
    await on.run(alerts, 60_000);
    expect([phases(slack).length, phases(mail).length, pager.sent.length]).toEqual([2, 2, 0]);
    expect((await on.alert()).wakeAt).toBeNull();
  });

  test("where every channel fails, the log says so", async () => {
    mail.answers.push(denied);
    slack.answers.push(denied);
    const routes = [{ ...DEFAULT_ROUTE, channels: ["mail"] }];
    const alerts = on.worker({ mail, slack }, { routes });
    await on.join("i-1");
    await on.run(alerts, 20_000);
    const line = "nobody could be told of 1 incident: mail (answered 401), slack (answered 401)";
    expect(on.observed).toEqual(["mail gave-up", `${on.key}: ${line}`, "slack gave-up"]);
    expect(await on.journal()).toContain(line);
  });
});

describe("wrong credentials", () => {
  test("are tried once more where they were changed, and at most once a minute", async () => {
    let asked = 0;
    const refreshSecrets = (): Promise<boolean> => Promise.resolve(++asked > 0);
    mail.answers.push(denied);
    slack.answers.push(denied, denied);
    const alerts = on.worker({ mail, slack }, { refreshSecrets });
    await on.join("i-1");
    await on.run(alerts, 20_000);
    expect(phases(mail)).toEqual(["5 receipt", "6 receipt"]);
    expect(phases(slack)).toEqual(["5 receipt", "6 receipt"]);
    expect((await on.alert()).body.sends).toMatchObject({ mail: { state: "sent" }, slack: { state: "gave-up" } });
    expect(asked).toBe(2);
  });

  test.each([
    ["they were not changed", () => Promise.resolve(false)],
    ["they cannot be read", () => Promise.reject(new Error("away"))],
    ["nobody answers", () => new Promise<never>(() => {})],
  ])("are not tried again where %s", async (_, refreshSecrets) => {
    mail.answers.push(denied);
    const alerts = on.worker({ mail }, { refreshSecrets });
    await on.join("i-1");
    await on.run(alerts, 30_000);
    expect(phases(mail)).toEqual(["5 receipt"]);
    expect((await on.alert()).body.sends["mail"]).toMatchObject({ state: "gave-up", reason: "answered 401" });
  });
});

describe("who is told", () => {
  const send = (state: Send["state"], more: Partial<Send> = {}): Send => ({
    state,
    hash: "open:a",
    receipt: null,
    attempts: 1,
    retryAt: null,
    since: null,
    reason: "answered 500",
    ...more,
  });
  const route = { ...DEFAULT_ROUTE, channels: ["a", "b"] };
  const all = ["a", "b", "c", "d"];
  test.each([
    ["the channels of the route", {}, ["a", "b"], false],
    ["no other while one of them may be told", { a: send("gave-up"), b: send("due") }, ["a", "b"], false],
    ["the first other one where all were given up", { a: send("gave-up"), b: send("gave-up") }, ["a", "b", "c"], false],
    ["and the next one", { a: send("gave-up"), b: send("gave-up"), c: send("gave-up") }, ["a", "b", "d"], false],
    ["nobody", Object.fromEntries(all.map((name) => [name, send("gave-up")])), ["a", "b"], true],
    ["whoever was told before", { d: send("sent", { receipt: true }) }, ["a", "b", "d"], false],
    ["not who is configured no more", { e: send("sent", { receipt: true }) }, ["a", "b"], false],
  ] as const)("%s", (_, sends, channels, lost) => {
    expect(recipientsOf({ sends }, route, all)).toEqual({ channels, lost });
  });

  test("a channel is not told of its own failure, nor at the end of one that was mended", () => {
    const sends = { a: send("gave-up"), b: send("gave-up", { hash: "outcome:z" }) };
    expect(failedChannelsFor({ sends }, "open", "a").lines).toEqual([
      "find out why channel b got no message: answered 500",
    ]);
    expect(failedChannelsFor({ sends }, "outcome", "c").lines).toEqual([
      "find out why channel b got no message: answered 500",
    ]);
    expect(failedChannelsFor({ sends }, "outcome", "b")).toEqual({ lines: [], digest: "" });
  });
});

test("a channel's own pace is kept", async () => {
  const paced = { ...slack, pace: { every: 40_000, burst: 1 } };
  const alerts = on.worker({ slack: paced });
  await on.join("i-1");
  await on.run(alerts, 10_000);
  await on.change("i-1", drained);
  await on.run(alerts, 60_000);
  expect(phases(slack)).toEqual(["5 receipt", "45 outcome"]);
});
