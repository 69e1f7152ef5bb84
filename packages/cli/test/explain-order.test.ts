import { loadConfig } from "@spotkeeper/controller";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explain } from "../src/explain/explain.ts";
import * as messages from "./messages.ts";

const { ID, T0, iso } = messages;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { policy } = loadConfig(null, () => "");

interface Sent {
  /** The interruption that it is of; null where either reading is right. */
  readonly of: number | null;
  readonly message: object;
}

const life = (of: number, start: number): Sent[] =>
  [
    messages.rebalance({ time: iso(start - 20 * MINUTE) }),
    messages.warning({ time: iso(start) }, { "instance-action": "stop" }),
    messages.lifecycle("terminate", { time: iso(start + 5_000) }),
    messages.state("stopping", { time: iso(start + 2 * MINUTE) }),
    messages.state("stopped", { time: iso(start + 3 * MINUTE) }),
    { ...messages.result("Terminate Successful"), time: iso(start + 4 * MINUTE) },
  ].map((message) => ({ of, message }));
const running = (at: number): Sent => ({ of: null, message: messages.state("running", { time: iso(at) }) });

const inputs: readonly (readonly [string, readonly Sent[]])[] = [
  ["one interruption", life(0, T0)],
  ["stopped, started, stopped again", [...life(0, T0), running(T0 + HOUR), ...life(1, T0 + 3 * HOUR)]],
  ["two without a start that was heard", [...life(0, T0), ...life(1, T0 + 3 * HOUR)]],
  ["three", [...life(0, T0), running(T0 + HOUR), ...life(1, T0 + 3 * HOUR), ...life(2, T0 + 9 * HOUR)]],
];

test.each(inputs)("%s: the same incidents in any order of arrival, with any duplicates", (_, sent) => {
  const orders = fc
    .array(fc.constantFrom(...sent), { maxLength: 4 })
    .chain((again) => fc.shuffledSubarray([...sent, ...again], { minLength: sent.length + again.length }));
  fc.assert(
    fc.property(orders, (order) => {
      const text = JSON.stringify(order.map(({ message }) => message));
      const lines = [...explain([{ text, file: null }], policy, () => T0 + 24 * HOUR)];
      const pairs = lines.flatMap(({ incident, instanceId }, place) => {
        expect(instanceId).toBe(ID);
        const of = order[place]?.of ?? null;
        return of === null ? [] : [`${of} ${incident}`];
      });
      const lives = new Set(sent.flatMap(({ of }) => (of === null ? [] : [of])));
      expect(new Set(pairs).size).toBe(lives.size);
      expect(pairs.every((pair) => !pair.endsWith("null"))).toBe(true);
      expect(new Set(pairs.map((pair) => pair.slice(2))).size).toBe(lives.size);
      // Nothing is planned twice for what was heard twice.
      const seen = new Set<object>();
      for (const [place, { duplicate }] of lines.entries()) {
        const { message } = order[place] ?? { message: {} };
        if (!seen.has(message)) expect(duplicate).toBe(false);
        seen.add(message);
      }
    }),
    { numRuns: 200 },
  );
});
