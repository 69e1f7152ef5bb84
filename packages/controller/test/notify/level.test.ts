import { describe, expect, test } from "vitest";
import type { AlertModel } from "../../src/notify/alert.ts";
import { contentHash } from "../../src/notify/outbox/hash.ts";
import { isWorse, levelOf } from "../../src/notify/outbox/level.ts";
import { impact, model, signal, told } from "./support/samples.ts";

const about = (...services: readonly ReturnType<typeof impact>[]): AlertModel =>
  model([told("i-1", { facts: { impact: services } })]);
const soon = signal("rebalance");
const advised = told("i-1", { body: { signals: [soon], deadline: null } });
const warned = told("i-1", { body: { signals: [soon, signal("spot-interruption")] } });
const spare = impact({ minimum: 1, belowMinimum: false });

/** Only what is compared differs: severity and asks could raise it, too. */
const equalElse = (one: AlertModel): AlertModel => ({ ...one, severity: "critical", ask: [] });

describe.each<[string, AlertModel, AlertModel]>([
  ["another instance", model([told("i-1")]), model([told("i-1"), told("i-2")])],
  ["an end that becomes certain", model([advised]), model([warned])],
  ["another service below its minimum", about(impact()), about(impact(), impact({ service: "cart" }))],
  ["a service that falls to nothing", about(impact()), about(impact({ doomed: 4, survives: 0 }))],
  ["a service that falls below its minimum", about(spare), about(impact())],
])("%s", (_, before, after) => {
  test("is worse, and the way back is not", () => {
    const [first, next] = [levelOf(equalElse(before)), levelOf(equalElse(after))];
    expect([isWorse(next, first), isWorse(first, next), isWorse(next, next)]).toEqual([true, false, false]);
  });

  test("is news, in both directions", () => {
    expect(contentHash(equalElse(after), "material")).not.toBe(contentHash(equalElse(before), "material"));
  });
});
