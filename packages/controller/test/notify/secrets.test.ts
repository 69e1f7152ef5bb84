import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { openChannels } from "../../src/entry/channels.ts";
import { createLog } from "../../src/log.ts";
import type { AlertModel } from "../../src/notify/alert.ts";
import type { ChannelDeps } from "../../src/notify/channels/channel.ts";
import { channels, type ChannelType } from "../../src/notify/channels/index.ts";
import { sendOnce } from "../../src/notify/outbox/send.ts";
import { createMetrics } from "../../src/measure/metrics.ts";
import type { Answer } from "./channel-contract.ts";
import { type Bench, bench } from "./support/bench.ts";
import { depsOf } from "./support/deps.ts";
import { model, T0, told } from "./support/samples.ts";
import { type Secretive, secretive, SENTINEL } from "./support/secretive.ts";

const ANSWERS: readonly Answer[] = ["ok", "busy", "broken", "reset", "slow", "denied", "gone"];
const drained = { outcome: "drained", drainedAt: T0 + 60_000, closedAt: T0 + 60_000 } as const;

/** As it is, percent-encoded, and in anything that reads as Base64 (at each of its three alignments). */
function leaks(text: string): boolean {
  const runs = text.match(/[\w+/-]{8,}={0,2}/g) ?? [];
  const decoded = runs.flatMap((run) =>
    [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), "base64").toString("latin1")),
  );
  return [text, text.replace(/%[0-9a-f]{2}/gi, decodeURIComponent), ...decoded].some((one) =>
    one.toLowerCase().includes(SENTINEL),
  );
}

describe("the search for secrets", () => {
  test.each([
    `at https://x/${SENTINEL}-path`,
    `Basic ${Buffer.from(`me:${SENTINEL}`).toString("base64")}`,
    `Basic ${Buffer.from(`me2:${SENTINEL}`).toString("base64url")}`,
    SENTINEL.toUpperCase(),
    Array.from(SENTINEL, (one) => `%${one.charCodeAt(0).toString(16)}`).join(""),
  ])("finds %s", (text) => {
    expect(leaks(text)).toBe(true);
  });

  test("knows a fixture for each channel of the registry", () => {
    expect(Object.keys(secretive).toSorted()).toEqual(Object.keys(channels).toSorted());
  });
});

/** Whatever of an alert can be seen, by an operator or a reader of its API: journal, record, log, metrics, errors, and the result of a send by itself. */
interface Seen {
  readonly on: Bench;
  readonly all: string[];
}

async function tell(
  fixture: Secretive,
  options: Secretive["options"],
  secret: ChannelDeps["secret"],
  patience: number = 3_000,
): Promise<Seen> {
  const on = bench();
  const all: string[] = [];
  const log = createLog({
    level: "debug",
    format: "json",
    output: { write: (line) => all.push(line) },
    color: false,
    clock: on.clock,
  });
  const metrics = createMetrics();
  const deps = depsOf({ clock: on.clock, output: { write: (text) => all.push(text) }, secret, ...fixture.deps });
  const config = parseConfig(JSON.stringify({ channels: { people: options } }), "spotkeeper.yaml");
  const opened = openChannels(config.channels, deps);
  const alerts = on.worker(Object.fromEntries(opened), {
    onEntries(doc, entries) {
      metrics.entries(doc, entries);
      for (const entry of entries) log.info({ key: entry.key, ...entry.data }, entry.text);
    },
    onUndeliverable: (error) => log.error({ error }, "telling people failed"),
  });

  const advance = async (): Promise<void> => {
    const { wakeAt } = await on.alert();
    if (wakeAt === null) return;
    on.clock.jump(Math.max(0, wakeAt - on.clock.now()));
    await answered(on, alerts.advance(on.key), patience);
  };
  await on.join("i-1");
  for (let round = 0; round < 2; round++) await advance();
  await on.change("i-1", drained);
  for (let round = 0; round < 2; round++) await advance();

  for (const [name, outcome] of on.observed.map((line) => line.split(" "))) metrics.alert(name ?? "", outcome ?? "");
  const [channel] = opened.values();
  if (channel === undefined) throw new Error("there is no channel");
  for (const about of [model([told("i-2")]), { ...model([told("i-2")]), phase: "outcome" } satisfies AlertModel]) {
    all.push(JSON.stringify(await answered(on, sendOnce(channel, about, null, on.clock), patience)));
  }
  all.push(JSON.stringify(await on.alert()), JSON.stringify(await on.ledger.load(told("i-1").doc.key, "incident")));
  all.push(...(await on.journal()), ...(await on.journal(told("i-1").doc.key)), ...on.observed, await metrics.text(1));
  return { on, all };
}

/** Real answers need real time; the clock goes on only where nothing answers. */
async function answered<T>(on: Bench, promise: Promise<T>, patience: number): Promise<T> {
  let done = false;
  const settled = promise.finally(() => (done = true));
  await vi.waitUntil(() => done, { timeout: patience, interval: 5 }).catch(() => on.settle(settled));
  return settled;
}

const found = (all: readonly string[]): readonly string[] => all.filter(leaks);

describe.each(Object.keys(channels) as ChannelType[])("%s tells no secret", (type) => {
  describe.each((secretive[type] ?? []).map((setUp, way) => [way + 1, setUp] as const))("way %i", (_, setUp) => {
    let fixture: Secretive;
    let seen: Seen | null = null;
    beforeEach(async () => {
      fixture = await setUp();
    });
    afterEach(async () => {
      await seen?.on.ledger.close();
      seen = null;
      await fixture.close();
    });

    const known: ChannelDeps["secret"] = (reference) => {
      const value = reference === null ? null : fixture.secrets[reference];
      return value === undefined
        ? Promise.reject(new Error("that is no secret of this channel"))
        : Promise.resolve(value);
    };

    test("its secrets hold what is searched for", () => {
      for (const value of Object.values(fixture.secrets)) expect(leaks(value)).toBe(true);
    });

    test.each(ANSWERS)("when the other side is %s", async (how) => {
      fixture.answer(how);
      seen = await tell(fixture, fixture.options, known, how === "slow" ? 100 : 3_000);
      expect(found(seen.all)).toEqual([]);
      // Something was said, of each attempt.
      expect((await seen.on.journal()).length).toBeGreaterThan(1);
    });

    test.each<[string, ChannelDeps["secret"]]>([
      ["hold nothing", () => Promise.resolve(null)],
      ["cannot be read", () => Promise.reject(new Error(`GetParameter: ${SENTINEL}`))],
      ["are of the wrong kind", () => Promise.resolve(`${SENTINEL} is no URL`)],
      ["are a URL that may not be called", () => Promise.resolve(`https://127.0.0.2/${SENTINEL}`)],
      ["are a URL with a password", () => Promise.resolve(`https://me:${SENTINEL}@127.0.0.1/`)],
    ])("when its secrets %s", async (_what, secret) => {
      seen = await tell(fixture, fixture.options, secret);
      expect(found(seen.all)).toEqual([]);
    });

    test("when they stand in the config in the clear, whether it is taken or refused", async () => {
      const clear = Object.entries(fixture.options).map(([name, value]) => [name, fixture.secrets[value] ?? value]);
      const options = Object.fromEntries(clear) as Secretive["options"];
      fixture.answer("denied");
      const refusal = await tell(fixture, options, known).then(
        (told) => void (seen = told),
        (error: unknown) => String(error),
      );
      expect(found([...(seen?.all ?? []), refusal ?? ""])).toEqual([]);
    });

    test("when something else stands where they belong", () => {
      for (const wrong of [SENTINEL, `hooks.example.com/${SENTINEL}`, { [SENTINEL]: 1 }, [SENTINEL]]) {
        for (const [name, value] of Object.entries(fixture.options)) {
          if (fixture.secrets[value] === undefined) continue;
          const config = { channels: { people: { ...fixture.options, [name]: wrong } } };
          expect(() => parseConfig(JSON.stringify(config), "spotkeeper.yaml")).toThrow(
            expect.toSatisfy((error: unknown) => !leaks(String(error)), "an error without the secret"),
          );
        }
      }
    });
  });
});
