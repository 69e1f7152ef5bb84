import { performance } from "node:perf_hooks";
import type { AlertModel } from "../../packages/controller/src/notify/alert.ts";
import { buildAlert } from "../../packages/controller/src/notify/message/build.ts";
import { alertDoc, impact, many, T0 } from "../../packages/controller/test/notify/support/samples.ts";
import { findResponder } from "../../packages/controller/src/respond/responders/index.ts";
import type { Row } from "../support/row.ts";
import { countingDeps, everyDriver } from "./drivers.ts";

const SIZE = 1_000;
const ROUNDS = 20;

/** Measures what each channel makes of an alert with 1,000 instances. */
export async function renderings(): Promise<readonly Row[]> {
  const members = many(SIZE, { facts: { impact: [impact(), impact({ service: "cart", belowMinimum: false })] } });
  const doc = alertDoc();
  const builds = await timed(() => buildAlert(members, doc, T0 + 26_000, findResponder));
  const rows: Row[] = [{ what: `building an alert of ${SIZE} instances`, value: builds.median, unit: "ms" }];
  const model = buildAlert(members, doc, T0 + 26_000, findResponder);
  const bytes = { sum: 0 };
  for (const [type, channel] of everyDriver(countingDeps((count) => (bytes.sum += count)))) {
    bytes.sum = 0;
    const { median } = await timed(() => within(channel.send(model, null, AbortSignal.timeout(5_000))));
    rows.push({ what: `${type}: rendering it`, value: median, unit: "ms" });
    // Mail uses its own connection, which leads nowhere here.
    if (bytes.sum > 0) rows.push({ what: `${type}: handed over`, value: bytes.sum / (ROUNDS + 1), unit: "bytes" });
  }
  return rows;
}

const within = (sent: Promise<unknown>): Promise<unknown> => sent.catch(() => null);

async function timed(work: () => AlertModel | Promise<unknown>): Promise<{ readonly median: number }> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return { median: times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN };
}
