import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel } from "../../../src/notify/alert.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { documented, samplesIn } from "../support/documented.ts";
import { impact, many, model, told } from "../support/samples.ts";
import { startTeams, type Teams } from "../support/services/teams.ts";

const URL = "${env:TEAMS_WEBHOOK}";

const channelOf = (teams: Teams): Channel =>
  channels.teams.create(
    { type: "teams", url: URL, allow: ["127.0.0.1"] },
    depsOf({ secret: (reference) => Promise.resolve(reference === URL ? teams.hookUrl : null) }),
  );

testChannel("teams", async () => {
  const teams = await startTeams();
  return {
    channel: channelOf(teams),
    received: () => teams.received.map(({ body }) => body),
    answer: (how) => teams.answer(how),
    secrets: ["s3cr3t"],
    mostBytes: 28 * 1024,
    async close() {
      await teams.close();
      expect(teams.problems).toEqual([]);
    },
  };
});

describe("teams", () => {
  let teams: Teams;
  beforeEach(async () => {
    teams = await startTeams();
  });
  afterEach(async () => {
    await teams.close();
    expect(teams.problems).toEqual([]);
  });

  const send = (about: AlertModel): ReturnType<Channel["send"]> =>
    channelOf(teams).send(about, null, AbortSignal.timeout(5_000));

  test("hostile names are in runs of text, in which nothing is read, and there is no entity to mention by", async () => {
    const name = "<at>everyone</at> [x](https://evil) **b** {{DATE(2026-01-01T00:00:00Z)}}";
    await send(model([told("i-1", { name, facts: { impact: [impact({ service: name })] } })]));
    const [{ body } = { body: "" }] = teams.received;
    expect(body).toContain("[x](https://evil)");
    expect(body).not.toMatch(/"TextBlock"|"FactSet"|"entities"/);
  });

  test.each([
    ["Attention", model([told("i-1", { facts: { impact: [impact()] } })])],
    ["Warning", model([told("i-1")])],
    ["Accent", model([told("i-1", { body: { outcome: "cancelled" } })])],
  ])("%s is the colour of its first line", async (color, about) => {
    await send(about);
    expect(teams.received[0]?.body).toContain(`"weight":"Bolder","color":"${color}"`);
  });

  test.each([
    [401, { is: "refused", because: "credentials" }],
    [404, { is: "refused", because: "request" }],
    [413, { is: "refused", because: "request" }],
    [429, { is: "retry" }],
    [502, { is: "retry" }],
  ])("%i", async (status, expected) => {
    teams.reply(status, {}, '{"error":{"message":"sig=s3cr3t-signature"}}');
    expect(await send(model(many(2)))).toMatchObject(expected);
  });

  test("an address that Microsoft ended is called that, when it is configured and when nothing answers there", async () => {
    const url = "https://prod-01.westeurope.logic.azure.com:443/workflows/a?sig=s3cr3t";
    const why =
      "Microsoft ended the addresses of workflows at logic.azure.com on 2025-11-30; copy the new one (…api.powerplatform.com) from the workflow's trigger";
    expect(channels.teams.warning?.({ type: "teams", url })).toBe(why);
    expect(channels.teams.warning?.({ type: "teams", url: URL })).toBeNull();
    const failing = { is: "failed", reason: "it cannot be reached", retryable: true } as const;
    const deps = depsOf({ secret: () => Promise.resolve(url), http: () => () => Promise.resolve(failing) });
    const channel = channels.teams.create({ type: "teams", url: URL }, deps);
    expect(await channel.send(model(many(2)), null, AbortSignal.timeout(5_000))).toEqual({
      is: "refused",
      because: "credentials",
      reason: `it cannot be reached; ${why}`,
    });
  });

  test("each update is a new card, four in a burst", () => {
    expect(channelOf(teams)).toMatchObject({ updates: "material", pace: { burst: 4 } });
  });

  test("its page shows what arrives", async () => {
    await send(documented);
    expect(samplesIn("teams.md")).toEqual(teams.received.map(({ body }) => JSON.parse(body) as unknown));
  });

  test("its options say what is wrong", () => {
    const parsed = channels.teams.options.safeParse({ type: "teams", url: "s3cr3t" });
    expect(parsed.error?.message).toContain("wants a URL");
    expect(parsed.error?.message).not.toContain("s3cr3t");
  });
});
