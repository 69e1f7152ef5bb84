import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertModel, Channel, SendResult } from "../../src/notify/alert.ts";
import { impact, many, model, T0, told } from "./support/samples.ts";

/** How the other side answers. `busy`: asks to wait 7 s; `denied`: wrong credentials; `gone`: nothing is there any more. */
export type Answer = "ok" | "busy" | "broken" | "reset" | "slow" | "denied" | "gone";

export interface ChannelFixture {
  readonly channel: Channel;
  /** Everything that has reached the other side, as text. */
  received(): readonly string[];
  /** How it answers from now on; null where there is no other side that could fail. */
  readonly answer: ((how: Answer) => void) | null;
  /** False where the other side has no way to say how long to wait. True by default. */
  readonly asksToWait?: boolean;
  /** What must never show in a result. */
  readonly secrets: readonly string[];
  /** The most that the other side takes at once, in bytes. */
  readonly mostBytes: number;
  close(): Promise<void>;
}

/** Nothing that people or logs are shown of a result tells a secret. */
export function assertLeaksNoSecret(result: SendResult, secrets: readonly string[]): void {
  for (const secret of secrets) expect(JSON.stringify(result)).not.toContain(secret);
}

const drained = { outcome: "drained", drainedAt: T0 + 79_000 } as const;
const receipt = model([told("i-0abc", { facts: { impact: [impact()] } })]);
const update: AlertModel = { ...model(many(2)), phase: "update" };
const outcome = model([told("i-0abc", { body: drained })]);

/** What every channel must do. A channel's own test file calls this, and adds what only it does. */
export function testChannel(name: string, setUp: () => Promise<ChannelFixture>): void {
  describe(`channel contract: ${name}`, () => {
    let fixture: ChannelFixture;
    beforeEach(async () => {
      fixture = await setUp();
    });
    afterEach(() => fixture.close());

    const send = (about: AlertModel, signal = AbortSignal.timeout(5_000)): Promise<SendResult> =>
      fixture.channel.send(about, null, signal);

    test("tells receipt, update and outcome, each with its first line", async () => {
      let previous: Parameters<Channel["send"]>[1] = null;
      for (const about of [receipt, update, outcome]) {
        const result = await fixture.channel.send(about, previous, AbortSignal.timeout(5_000));
        expect(result).toMatchObject({ is: "sent" });
        if (result.is === "sent") previous = result.receipt;
        assertLeaksNoSecret(result, fixture.secrets);
      }
      const all = fixture.received();
      expect(all).toHaveLength(3);
      for (const [place, about] of [receipt, update, outcome].entries()) expect(all[place]).toContain(about.headline);
      expect(all[0]).toContain("checkout keeps 1 of 4 tasks, below its minimum of 2");
      expect(all[0]).toContain("i-0abc");
    });

    test("names from outside stay names", async () => {
      const hostile = `"}]<script>\u001B[2J\u0007\r\n\u202E@channel *x*`;
      await send(model([told("i-1", { name: hostile, facts: { impact: [impact({ service: hostile })] } })]));
      const [text = ""] = fixture.received();
      expect(text).toContain("i-1");
      // eslint-disable-next-line no-control-regex -- that is what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]|\\u00[01]|\\u202|\\r/);
    });

    test("of 1,000 members it sends what fits, and says how many it cut", async () => {
      expect(await send(model(many(1_000, { name: "n".repeat(300) })))).toMatchObject({ is: "sent" });
      const [text = ""] = fixture.received();
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(fixture.mostBytes);
      const ids = new Set(text.match(/i-[0-9a-f]{17}/g));
      expect(ids.size).toBeGreaterThan(0);
      expect(text).toMatch(new RegExp(`(and |Omitted":)${1_000 - ids.size}\\b`));
    });

    test.each<[Answer, object]>([
      ["busy", { is: "retry", after: 7_000 }],
      ["broken", { is: "retry" }],
      ["reset", { is: "retry" }],
      ["denied", { is: "refused" }],
      ["gone", { is: "refused" }],
    ])("%s: says what to do, with a reason and without a secret", async (how, expected) => {
      if (fixture.answer === null) return expect(await send(receipt)).toMatchObject({ is: "sent" });
      fixture.answer(how);
      const result = await send(receipt);
      const waits = how === "busy" && fixture.asksToWait === false;
      expect(result).toMatchObject(waits ? { is: "retry", after: null } : expected);
      expect(result).toMatchObject({ reason: expect.stringMatching(/\w/) });
      assertLeaksNoSecret(result, fixture.secrets);
      fixture.answer("ok");
      expect(await send(receipt)).toMatchObject({ is: "sent" });
    });

    test("stops when it is told to", async () => {
      fixture.answer?.("slow");
      const result = await send(receipt, AbortSignal.timeout(100));
      expect(result.is).toBe(fixture.answer === null ? "sent" : "retry");
      assertLeaksNoSecret(result, fixture.secrets);
    });
  });
}
