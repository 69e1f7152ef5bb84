import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AlertModel, Channel } from "../../src/notify/alert.ts";
import { channels } from "../../src/notify/channels/index.ts";
import type { Incident } from "../../src/model/incident.ts";
import { bench, fakeChannel } from "./support/bench.ts";
import { depsOf } from "./support/deps.ts";
import { impact, many, model, T0, task, told } from "./support/samples.ts";
import { type GoogleChat, startGoogleChat } from "./support/services/google-chat.ts";
import { type PagerDuty, startPagerDuty } from "./support/services/pagerduty.ts";
import { type Slack, startSlack } from "./support/services/slack.ts";
import { startTeams, type Teams } from "./support/services/teams.ts";
import { type SmtpReceiver, startSmtp } from "./support/smtp.ts";

/*
 * What people get, as it arrives in five channels, kept in stories/. Read them aloud. The assertions below hold for each of
 * them, also for a new snapshot.
 */

const drained: Partial<Incident> = { outcome: "drained", drainedAt: T0 + 79_000, closedAt: T0 + 79_000 };
const checkout = impact({ doomed: 3, survives: 1 });
const worker = impact({ service: "worker", desired: 29, running: 29, doomed: 22, survives: 7, minimum: 20 });
const web = impact({ service: "web", desired: 15, running: 15, doomed: 8, survives: 7, minimum: 10 });

const stories: { readonly [story: string]: AlertModel } = {
  receipt: model([told("i-0abc", { facts: { impact: [checkout], tasks: [task("service")] } })]),
  update: {
    ...model([
      ...many(2, { facts: { impact: [checkout], tasks: [task("service")] } }),
      told("i-0abc", { body: { cancelledAt: T0 + 20_000 }, facts: { impact: [checkout] } }),
    ]),
    phase: "update",
    raised: true,
  },
  storm: model(many(22, { facts: { impact: [worker, web] } })),
  outcome: model([told("i-0abc", { body: drained }), told("i-0abd", { body: { ...drained, drainedAt: T0 + 90_000 } })]),
  cancelled: model([
    told("i-0abc", { body: { outcome: "cancelled", cancelledAt: T0 + 20_000, closedAt: T0 + 300_000 } }),
  ]),
  missed: model([told("i-0abc", { body: { outcome: "missed-notice", goneAt: T0, closedAt: T0 + 60_000 } })]),
  "dry-run": model([told("i-0abc", { body: { mode: "dry-run" }, facts: { impact: [checkout] } })]),
};

/** What a message shows: its title, and all its text. */
interface Shown {
  readonly title: string;
  readonly text: string;
}

let mail: SmtpReceiver;
let slack: Slack;
let teams: Teams;
let chat: GoogleChat;
let pager: PagerDuty;
beforeAll(async () => {
  mail = await startSmtp({ user: "spot", password: "s3cr3t" });
  [slack, teams, chat, pager] = await Promise.all([startSlack(), startTeams(), startGoogleChat(), startPagerDuty()]);
});
afterAll(() => Promise.all([mail, slack, teams, chat, pager].map((service) => service.close())));

const allow = ["127.0.0.1"];
const secretIs = (value: string): ReturnType<typeof depsOf> => depsOf({ secret: () => Promise.resolve(value) });

/** Sends by the real channel to a real server, and returns what has arrived there. */
const ways: { readonly [way: string]: (about: AlertModel) => Promise<Shown> } = {
  async email(about) {
    const channel = channels.email.create(
      {
        type: "email",
        host: "127.0.0.1",
        port: mail.port,
        security: "none",
        from: "spot@example.com",
        to: ["a@example.com"],
      },
      secretIs("s3cr3t"),
    );
    await send(channel, about);
    const { parsed } = mail.mails.at(-1)!;
    return { title: parsed.subject ?? "", text: parsed.text ?? "" };
  },
  async slack(about) {
    await send(channels.slack.create({ type: "slack", url: "${env:U}", allow }, secretIs(slack.hookUrl)), about);
    const { text, blocks } = JSON.parse(slack.received.at(-1)!.body) as { text: string; blocks: object };
    return { title: text, text: textsIn(blocks) };
  },
  async teams(about) {
    await send(channels.teams.create({ type: "teams", url: "${env:U}", allow }, secretIs(teams.hookUrl)), about);
    const text = textsIn(JSON.parse(teams.received.at(-1)!.body));
    return { title: text.split("\n")[0] ?? "", text };
  },
  async "google-chat"(about) {
    const channel = channels["google-chat"].create(
      { type: "google-chat", url: "${env:U}", allow },
      secretIs(chat.hookUrl),
    );
    await send(channel, about);
    const { fallbackText, cardsV2 } = JSON.parse(chat.received.at(-1)!.body) as {
      fallbackText: string;
      cardsV2: object;
    };
    return { title: fallbackText, text: textsIn(cardsV2) };
  },
  async pagerduty(about) {
    const options = channels.pagerduty.options.parse({
      type: "pagerduty",
      routingKey: "${env:K}",
      url: pager.endpoint,
      allow,
    });
    await send(channels.pagerduty.create(options, secretIs(pager.routingKey)), about);
    const { payload } = JSON.parse(pager.received.at(-1)!.body) as {
      payload: { summary: string; custom_details: object };
    };
    return { title: payload.summary, text: textsIn(payload.custom_details) };
  },
};

async function send(channel: Channel, about: AlertModel): Promise<void> {
  expect(await channel.send(about, null, AbortSignal.timeout(5_000))).toMatchObject({ is: "sent" });
}

/** All texts of a message, a line each, without marks of a format. */
function textsIn(value: unknown): string {
  if (typeof value === "string") return /\s/.test(value) ? value : "";
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value)
    .map(textsIn)
    .filter((text) => text !== "")
    .join("\n");
}

/** Code words, planner's words and riddles that no reader should meet. */
const FORBIDDEN =
  /missed-notice|deadline-passed|nothing-drained|plain-end|handed-off|dry_run|verify-|set-draining|deregister-target|join-alert|\bsee a |\bsee it go\b|\bsee why\b|was told|undefined|null|NaN|\[object/;

describe.each(Object.keys(stories))("the story %s", (story) => {
  const about = stories[story]!;
  test.each(Object.keys(ways))("in %s", async (way) => {
    const { title, text } = await ways[way]!(about);
    const all = `${title}\n\n${text}\n`;
    await expect(all).toMatchFileSnapshot(`stories/${story}.${way}.txt`);
    expect(all).not.toMatch(FORBIDDEN);
    const sentence = title.replace(/^\[[^\]]+\] |^[A-Z]+: /, "");
    if (about.phase === "outcome") expect(sentence.slice(0, 80)).toMatch(/drained|interrupted|without a warning/);
    else {
      // Stakes first, and the next deadline as a countdown with its hour.
      for (const { service, survives, desired } of about.impact.slice(0, 2))
        expect(title.slice(0, 60)).toContain(`${service} ${survives}/${desired}`);
      expect(sentence).toMatch(/, \d+ s left/);
      expect(text).toMatch(/in \d+ s, at 2026-01-01T00.{0,2}:02.{0,2}:00Z/);
    }
  });

  test("has numbers that add up", () => {
    const { headline, members } = about;
    const rest = headline
      .replace(/^(?:[\w-]+ \d+\/\d+(?:, | and \d+ more)?)+: /, "")
      .replaceAll(/\([^)]*\)|\d+ s/g, "");
    const alone = rest.startsWith("i-") ? 1 : 0;
    const counts = [...rest.matchAll(/(?:^|; )(\d+) /g)].map(([, count]) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, alone)).toBe(members.length);
  });
});

test("the story withheld: nobody gets anything, and the timeline says why and until when", async () => {
  const on = bench();
  const channel = fakeChannel(on.clock);
  const silence = {
    id: "k3f9a0zx",
    match: { group: "web" },
    startsAt: T0,
    endsAt: T0 + 600_000,
    author: "ana",
    comment: "load test",
    createdAt: T0,
  };
  const alerts = on.worker({ channel }, { silences: { read: () => Promise.resolve([silence]) } });
  await on.join("i-1");
  await on.run(alerts, 20_000);
  expect(channel.sent).toEqual([]);
  const journal = (await on.journal("incident#i-1#1")).join("\n");
  await expect(`${journal}\n`).toMatchFileSnapshot("stories/withheld.timeline.txt");
  expect(journal).toContain("2026-01-01T00:10:00Z");
  await on.ledger.close();
});
