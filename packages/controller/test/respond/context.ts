import type { Aws } from "../../src/aws/aws.ts";
import type { Ask, Receipt } from "../../src/aws/ask.ts";
import type { Ms } from "../../src/clock.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import { DEFAULT_ROUTE } from "../../src/notify/route.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Step } from "../../src/model/step.ts";
import type { Ledger } from "../../src/record/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/record/ledger/sqlite.ts";
import type { Context, Responder, Result } from "../../src/respond/responder.ts";
import { type ResponderName, responders } from "../../src/respond/responders/index.ts";
import { T0, warning } from "../correlate/support.ts";
import { factsWith, incidentOf } from "./support.ts";

export const AT = { account: "123456789012", region: "us-east-1" };
export const DEADLINE: Ms = T0 + 120_000;
export const ACT: Ask = { purpose: "act", deadline: DEADLINE };
export const POLL: Ask = { purpose: "poll", deadline: DEADLINE };

export const receipt = (already = false, at = T0): Receipt => ({ requestId: "r-1", at, already });

type Scripted = { readonly [S in keyof Aws]?: Partial<Aws[S]> };

/** What one call asked: `["ecs.stopTask", place, …]`. */
type Call = readonly [string, ...unknown[]];

/** An AWS that answers as scripted, keeps what it was asked, and fails at what it was not told to answer. */
export function fakeAws(script: Scripted): { readonly aws: Aws; readonly calls: Call[] } {
  const calls: Call[] = [];
  const services = Object.entries(script).map(([service, methods]) => {
    const kept = Object.entries(methods).map(([name, answer]) => {
      const method = (...args: unknown[]): unknown => {
        calls.push([`${service}.${name}`, ...args]);
        return Reflect.apply(answer, undefined, args);
      };
      return [name, method];
    });
    return [service, Object.fromEntries(kept)];
  });
  const scripted: Record<string, unknown> = Object.fromEntries(services);
  return { aws: scripted as unknown as Aws, calls };
}

export const openLedger = (): Ledger => openSqliteLedger({ file: ":memory:", clock: clockAt(T0) });

const clockAt = (now: Ms): Context["clock"] => ({
  now: () => now,
  sleep: () => Promise.resolve(),
  setTimer: () => () => {},
});

const noRecords: Context["ledger"] = {
  load: () => Promise.resolve(null),
  list: () => Promise.resolve({ items: [] }),
};

/** A warned instance at T0, of which everything is known, two minutes before its end. */
export function contextOf(over: Partial<Context> = {}): Context {
  const now = over.now ?? T0;
  return {
    doc: incidentOf(warning(0)),
    now,
    clock: clockAt(now),
    opened: true,
    aws: fakeAws({}).aws,
    inventory: createMemoryInventory(),
    facts: () => factsWith(),
    doomed: () => new Set(),
    lookUp: () => Promise.resolve(),
    lookAround: () => Promise.resolve({ left: [], why: null }),
    secret: () => Promise.resolve(null),
    renewSecret: () => Promise.resolve(null),
    routes: [DEFAULT_ROUTE],
    ledger: noRecords,
    signal: new AbortController().signal,
    deadline: DEADLINE,
    ...over,
  };
}

const listed: Readonly<Record<ResponderName, Responder>> = responders;

export const responder = (name: ResponderName): Responder => listed[name];
export const run = (name: ResponderName, step: Step, ctx: Context): Promise<Result> => responder(name).run(step, ctx);

/** The documents that a result asks to be stored with it. */
export const writesOf = (result: Result): readonly Doc[] => result.also?.writes ?? [];
