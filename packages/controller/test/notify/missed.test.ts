import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel, MissedNow, SendResult } from "../../src/notify/alert.ts";
import { channels } from "../../src/notify/channels/index.ts";
import { tellOne } from "../../src/notify/direct.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import type { Plain } from "../../src/model/plain.ts";
import { type Bench, bench, fakeChannel } from "./support/bench.ts";
import { depsOf } from "./support/deps.ts";
import { model, T0, told } from "./support/samples.ts";
import { startSmtp } from "./support/smtp.ts";

interface Mail {
  readonly at: number;
  readonly model: AlertModel;
  readonly previous: Plain;
  readonly owed: Plain;
}

const LATER: MissedNow = { final: null, owed: { to: { addresses: ["lead"] }, reason: "lead (450)" } };
const NEVER: MissedNow = { final: "team (550)", owed: null };
const drained = { outcome: "drained", drainedAt: T0 + 60_000, closedAt: T0 + 60_000 } as const;

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.ledger.close());

/** A channel with several recipients. */
function mail(...answers: (MissedNow | SendResult | null)[]): Channel & { readonly sent: Mail[] } {
  const sent: Mail[] = [];
  return {
    sent,
    updates: "material",
    pace: null,
    send(model, previous, _signal, owed = null) {
      sent.push({ at: (on.clock.now() - T0) / 1_000, model, previous, owed });
      const answer = answers.shift() ?? null;
      if (answer !== null && "is" in answer) return Promise.resolve(answer);
      const receipt = { n: sent.length };
      return Promise.resolve({ is: "sent", receipt, ...(answer === null ? {} : { missed: answer }) });
    },
  };
}

describe("recipients that may take a message later", () => {
  test("get it alone, with pauses, as the same message", async () => {
    const mails = mail(LATER, LATER, { is: "retry", reason: "no answer", after: null });
    await on.join("i-1");
    await on.run(on.worker({ mails }), 300_000);
    expect(mails.sent.map(({ at, owed }) => [at, owed])).toEqual([
      [5, null],
      [20, { addresses: ["lead"] }],
      [50, { addresses: ["lead"] }],
      [110, { addresses: ["lead"] }],
    ]);
    expect((await on.alert()).body.sends["mails"]).toMatchObject({ state: "sent", receipt: { n: 1 }, sentCount: 1 });
    expect((await on.alert()).body.sends["mails"]).not.toHaveProperty("missed");
    expect(on.observed).not.toContain("mails gave-up");
    expect(await on.journal()).toContainEqual(expect.stringContaining("; not yet to lead (450)"));
  });

  test("get it with the id that the others got it with, and a repetition with another one", async () => {
    const mails = mail(LATER);
    const routes = [{ ...DEFAULT_ROUTE, repeatEvery: 60_000 }];
    await on.join("i-1");
    await on.run(on.worker({ mails }, { routes }), 80_000);
    const [first, owed, repeated] = mails.sent;
    expect([first?.owed, owed?.owed, repeated?.owed]).toEqual([null, { addresses: ["lead"] }, null]);
    expect(owed?.model.id).toBe(first?.model.id);
    expect(repeated?.model.id).not.toBe(first?.model.id);
  });

  test("news go to all, without waiting for them, and are all that is owed", async () => {
    const mails = mail(LATER);
    const alerts = on.worker({ mails });
    await on.join("i-1");
    await on.run(alerts, 6_000);
    await on.join("i-2");
    await on.run(alerts, 120_000);
    expect(mails.sent.map(({ owed, model }) => [owed, model.members.length])).toEqual([
      [null, 1],
      [null, 2],
    ]);
  });

  test("are given up after giveUpAfter, which others are told; the message stays sent", async () => {
    const mails = mail(...Array.from({ length: 200 }, () => LATER));
    const pager = fakeChannel(on.clock, "material");
    const routes = [{ ...DEFAULT_ROUTE, giveUpAfter: 600_000 }];
    await on.join("i-1");
    await on.run(on.worker({ mails, pager }, { routes }), 900_000);
    expect(mails.sent.length).toBeLessThan(12);
    const send = (await on.alert()).body.sends["mails"];
    expect(send).toMatchObject({
      state: "sent",
      missed: { owed: null, final: expect.stringMatching(/^lead \(450\), for /) },
    });
    expect(pager.sent.at(-1)?.model.ask.at(-1)).toMatch(/^find out why channel mails did not reach lead \(450\), for /);
    expect(on.observed.join()).not.toContain("SK-ALERT-UNTOLD");
  });

  test("of an outcome keep the alert open until they have it, and no longer than their channel is configured", async () => {
    for (const configured of [true, false]) {
      const mails = mail(null, LATER);
      await on.join("i-1");
      await on.run(on.worker({ mails }), 6_000);
      await on.change("i-1", drained);
      await on.run(on.worker({ mails }), 10_000);
      expect((await on.alert()).wakeAt).not.toBeNull();
      await on.run(on.worker(configured ? { mails } : {}), 120_000);
      expect((await on.alert()).wakeAt).toBeNull();
      expect(mails.sent.map(({ owed }) => owed)).toEqual([
        null,
        null,
        ...(configured ? [{ addresses: ["lead"] }] : []),
      ]);
      await on.ledger.close();
      on = bench();
    }
  });

  test("after a kill during the attempt the others still get nothing twice", async () => {
    const mails = mail(LATER, null);
    const alerts = on.worker({ mails });
    await on.join("i-1");
    await on.run(alerts, 6_000);
    const doc = await on.alert();
    const send = doc.body.sends["mails"];
    if (send === undefined) throw new Error("nothing was sent");
    const intended = { ...send, state: "intended", retryAt: on.clock.now() + 15_000 } as const;
    await on.ledger.commit([{ ...doc, body: { ...doc.body, sends: { mails: intended } } }], []);
    await on.run(on.worker({ mails }), 60_000);
    expect(mails.sent.map(({ owed }) => owed)).toEqual([null, { addresses: ["lead"] }]);
  });
});

test("recipients that never take it are told of on other channels at once, and in the channel's own next message", async () => {
  const mails = mail(NEVER);
  const pager = fakeChannel(on.clock, "material");
  const alerts = on.worker({ mails, pager });
  await on.join("i-1");
  await on.run(alerts, 120_000);
  const line = "find out why channel mails did not reach team (550)";
  expect(mails.sent).toHaveLength(1);
  expect(pager.sent.map(({ model }) => model.ask.includes(line))).toEqual([false, true]);
  await on.join("i-2");
  await on.run(alerts, 120_000);
  expect(mails.sent.map(({ model }) => model.ask.includes(line))).toEqual([false, true]);
});

test("without a ledger they are tried again, too, three times at most", async () => {
  for (const [answers, owed] of [
    [[LATER], [null, LATER.owed?.to]],
    [
      [LATER, LATER, LATER, LATER],
      [null, LATER.owed?.to, LATER.owed?.to],
    ],
  ] as const) {
    const mails = mail(...answers);
    const seen: string[] = [];
    const deps = {
      clock: on.clock,
      random: () => 0,
      observe: { alert: (_: string, outcome: string) => seen.push(outcome) },
    };
    await on.settle(tellOne(deps, "mails", mails, () => model([told("i-1")])));
    expect(mails.sent.map((one) => one.owed)).toEqual(owed);
    expect(seen).toEqual(["sent"]);
  }
});

test("by a real server: one address greylisted, one unknown", async () => {
  const smtp = await startSmtp({ user: "u", password: "p", plain: true });
  const email = channels.email.create(
    {
      type: "email",
      host: "127.0.0.1",
      port: smtp.port,
      security: "none",
      from: "Spotkeeper <spot@example.com>",
      to: ["oncall@example.com", "lead@example.com", "team@example.com"],
    },
    depsOf({ clock: on.clock }),
  );
  smtp.refuse("lead@example.com", 451);
  smtp.refuse("team@example.com", 550);
  const alerts = on.worker({ email });
  /** Real answers need real time. */
  const next = async (): Promise<void> => {
    const { wakeAt } = await on.alert();
    on.clock.jump(Math.max(0, (wakeAt ?? 0) - on.clock.now()));
    await alerts.advance(on.key);
  };
  await on.join("i-1");
  await next();
  const owes = async (): Promise<boolean> => ((await on.alert()).body.sends["email"]?.missed?.owed ?? null) !== null;
  expect(await owes()).toBe(true);
  smtp.refuse("lead@example.com", null);
  for (let round = 0; round < 10 && (await owes()); round++) await next();
  expect(smtp.envelopes).toEqual([["oncall@example.com"], ["lead@example.com"]]);
  expect((await on.alert()).body.sends["email"]).toMatchObject({
    state: "sent",
    missed: { final: "team@example.com (550)", owed: null },
  });
  await smtp.close();
});
