import type { Ms } from "../../clock.ts";
import type { Debts, Group } from "../../model/group.ts";
import type { Note } from "./body.ts";
import type { Debt } from "./debt.ts";
import { fallbackDebt } from "./fallback.ts";

/** Registry of debts, except raised capacity (capacity.ts). A new one is a field of `Debts`, a file here, and a line. */
const debts: { readonly [D in keyof Debts]: Debt<D> } = {
  fallback: fallbackDebt,
};

const NAMES = Object.keys(debts) as readonly (keyof Debts)[];

/** Reads the results of all debts' steps and plans the next ones. */
export const advanceDebts = (body: Group, note: Note, now: Ms): Group =>
  NAMES.reduce((next, name) => debts[name].advance(next, note, now), body);

/** Whether a step belongs to a debt that is not put back yet. */
export const isOfDebt = (body: Group, stepId: string): boolean =>
  NAMES.some((name) => body[name] !== null && debts[name].steps.includes(stepId));

function askOne<D extends keyof Debts, T>(name: D, body: Group, ask: Ask<T>): T[] {
  const owed: Debts[D] = body[name];
  return owed === null ? [] : [ask<D>(debts[name], owed)];
}

type Ask<T> = <D extends keyof Debts>(debt: Debt<D>, owed: NonNullable<Debts[D]>) => T;

const each = <T>(body: Group, ask: Ask<T>): T[] => NAMES.flatMap((name) => askOne(name, body, ask));

/** Returns the times at which debts must be advanced. */
export const debtsWakeAt = (body: Group): readonly Ms[] =>
  each(body, (debt, owed) => debt.wakeAt(owed)).filter((at) => at !== null);

/** Describes everything that has to be put back in a group, including its capacity; empty if nothing. */
export const owedBy = (body: Group): readonly string[] => [
  ...(body.baseline === null ? [] : [`what its capacity was: ${body.baseline}`]),
  ...each(body, (debt, owed) => debt.describe(owed)),
];
