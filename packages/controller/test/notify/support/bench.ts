import { setImmediate } from "node:timers/promises";
import type { AlertModel, Channel, SendResult } from "../../../src/notify/alert.ts";
import { type AlertDeps, type Alerts, createAlertAdvance } from "../../../src/notify/advance.ts";
import { joinAlert, memberTag } from "../../../src/notify/join.ts";
import { NO_LINKS } from "../../../src/notify/message/links.ts";
import { findResponder } from "../../../src/respond/responders/index.ts";
import { DEFAULT_ROUTE } from "../../../src/notify/route.ts";
import { TELL_ALL } from "../../../src/notify/pipeline/suppress-settings.ts";
import type { MemberSource } from "../../../src/notify/message/member.ts";
import type { Doc } from "../../../src/model/doc.ts";
import type { Incident } from "../../../src/model/incident.ts";
import type { Key } from "../../../src/model/key.ts";
import type { Plain } from "../../../src/model/plain.ts";
import type { Ledger } from "../../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../../src/record/ledger/sqlite.ts";
import { type TestClock, testClock } from "../../enrich/support/clock.ts";
import { T0, told, where } from "./samples.ts";

export interface Sent {
  readonly at: number;
  readonly model: AlertModel;
  readonly previous: Plain;
}

export interface FakeChannel extends Channel {
  readonly sent: Sent[];
  /** What the next sends come to; after these, "sent". */
  readonly answers: (SendResult | "hangs" | "throws")[];
}

export function fakeChannel(clock: TestClock, updates: Channel["updates"] = "full"): FakeChannel {
  const sent: Sent[] = [];
  const answers: FakeChannel["answers"] = [];
  return {
    sent,
    answers,
    updates,
    pace: null,
    send(model, previous) {
      sent.push({ at: clock.now() - T0, model, previous });
      const answer = answers.shift() ?? { is: "sent", receipt: { n: sent.length } };
      if (answer === "throws") return Promise.reject(new TypeError("https://hooks.example.com/secret-path failed"));
      return answer === "hangs" ? new Promise<never>(() => {}) : Promise.resolve(answer);
    },
  };
}

/** Long enough for several commits of a ledger whose commits share a turn. */
export async function quiet(enough: () => boolean = () => false): Promise<void> {
  for (let turn = 0; turn < 60 && !enough(); turn++) await setImmediate();
}

/** One alert in a real ledger, on a clock that stands still. */
export interface Bench {
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly key: Key;
  /** Observed outcomes: `sns sent`. */
  readonly observed: string[];
  /** Another worker on the same ledger. */
  worker(channels: { readonly [name: string]: Channel }, more?: Partial<AlertDeps>): Alerts;
  /** An incident joins; `member` is what it is, and what is known of it. */
  join(id: string, member?: Parameters<typeof told>[1]): Promise<void>;
  change(id: string, body: Partial<Incident>): Promise<void>;
  alert(): Promise<Doc<"alert">>;
  /** Of the alert, or of another document. */
  journal(of?: Key): Promise<readonly string[]>;
  /** Lets time pass, a second at a time and only when nothing else happens, until `promise` settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass in steps of 50 ms, each only when nothing else happens. */
  elapse(ms: number): Promise<void>;
  /** Calls `advance` whenever the alert is due, for `ms`. */
  run(alerts: Alerts, ms: number): Promise<void>;
}

export function bench(): Bench {
  const clock = testClock(T0);
  const ledger = openSqliteLedger({ file: ":memory:", clock });
  const known = new Map<Key, MemberSource>();
  const observed: string[] = [];
  let key: Key = "";

  const alert = async (): Promise<Doc<"alert">> => {
    const doc = await ledger.load(key, "alert");
    if (doc === null) throw new Error("there is no alert");
    return doc;
  };

  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    void promise.catch(() => {}).then(() => (done = true));
    for (let second = 0; second < 100; second++) {
      await quiet(() => done);
      if (done) return promise;
      await clock.pass(1_000);
    }
    throw new Error("it has not settled in 100 s");
  };

  return {
    clock,
    ledger,
    observed,
    settle,
    get key() {
      return key;
    },
    worker: (channels, more = {}) =>
      createAlertAdvance({
        ledger,
        channels: new Map(Object.entries(channels)),
        factsOf: (doc) => {
          const facts = known.get(doc.key)?.facts ?? null;
          if (facts === null) throw new Error(`nothing is known of ${doc.key}`);
          return facts;
        },
        routes: [DEFAULT_ROUTE],
        suppress: TELL_ALL,
        silences: { read: () => Promise.resolve([]) },
        openIncidents: () => Promise.resolve([]),
        activeIn: () => 0,
        refreshSecrets: () => Promise.resolve(false),
        onUndeliverable: (error) => observed.push(error.message),
        ...more,
        phrases: findResponder,
        links: NO_LINKS,
        clock,
        random: () => 0,
        wake: { at: () => Promise.resolve() },
        observe: {
          alert: (channel, outcome) => observed.push(`${channel} ${outcome}`),
          suppressed: (reason) => observed.push(`suppressed ${reason}`),
        },
      }),
    async join(id, more) {
      for (;;) {
        const existing = key === "" ? null : await ledger.load(key, "alert");
        const { doc, isNew } = joinAlert(existing, where, clock.now());
        key = doc.key;
        const one = told(id, more);
        known.set(one.doc.key, one);
        const generation = doc.body.generation;
        const member = {
          ...one.doc,
          tags: [...one.doc.tags, memberTag(doc.key, generation)],
          body: { ...one.doc.body, alerts: [{ key, generation, at: clock.now() }] },
        };
        const unchanged = isNew ? [] : [{ key: doc.key, version: doc.version }];
        const stored = await ledger.commit(isNew ? [member, doc] : [member], [], unchanged);
        if (stored !== "conflict") return;
      }
    },
    async change(id, body) {
      const doc = await ledger.load(told(id).doc.key, "incident");
      if (doc === null) throw new Error(`there is no ${id}`);
      await ledger.commit([{ ...doc, body: { ...doc.body, ...body } }], []);
    },
    async elapse(ms) {
      for (let passed = 0; passed < ms; passed += 50) {
        await quiet();
        await clock.pass(50);
      }
      await quiet();
    },
    alert,
    async journal(of = key) {
      return (await ledger.history(of)).items.map((entry) => entry.text);
    },
    async run(alerts, ms) {
      const until = clock.now() + ms;
      for (;;) {
        const { wakeAt } = await alert();
        if (wakeAt === null || wakeAt > until) break;
        clock.jump(Math.max(0, wakeAt - clock.now()));
        await settle(alerts.advance(key));
      }
      clock.jump(Math.max(0, until - clock.now()));
    },
  };
}
