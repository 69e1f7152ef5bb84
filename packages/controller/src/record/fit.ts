import { SpotkeeperError } from "../errors.ts";
import { encodeBody, packed } from "./body.ts";
import type { Doc } from "../model/doc.ts";
import type { Plain } from "../model/plain.ts";
import type { SignalRef } from "../model/incident.ts";
import type { Step } from "../model/step.ts";

/**
 * Maximum size of a stored body in bytes, chosen for the cost of DynamoDB and of storms with thousands of incidents.
 */
export const LARGEST_BODY = 8 * 1024;

type Body = Doc["body"];

/**
 * Encodes a body for storage: JSON; compressed if larger than `room`; and if that is not enough, without the parts that
 * handling needs least:
 *
 *     plain ─▶ packed ─▶ without texts for people ─▶ … inputs of undoing ─▶ … steps that a replan makes again
 *
 * The incident of an instance in many target groups must still accept signals, so it must not be rejected. Throws
 * SK-LEDGER-TOO-LARGE if all this is not enough.
 */
export function fit({ key, body }: Pick<Doc, "key" | "body">, room: number = LARGEST_BODY): string {
  const plain = encodeBody(body);
  if (Buffer.byteLength(plain) <= room) return plain;
  let less: Body = body;
  let text = packed(plain);
  for (const shed of SHED) {
    if (Buffer.byteLength(text) <= room) return text;
    less = shed(less);
    text = packed(encodeBody(less));
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= room) return text;
  throw new SpotkeeperError(
    "SK-LEDGER-TOO-LARGE",
    `The body of ${key} takes ${bytes} bytes; at most ${room} are stored. Keep history in the journal, and bound its lists.`,
  );
}

/** Length to which reasons are cut; the journal has the whole text. */
const REASON_LEFT = 60;
/** Signals that are kept, so that duplicates of the newest are still recognised. */
const SIGNALS_LEFT = 8;

const isSettled = ({ settledAt }: Step): boolean => settledAt !== null;

/** Reductions, in the order in which they are applied. */
const SHED: readonly ((body: Body) => Body)[] = [
  // Texts that only people read.
  (body) =>
    withSteps("signals" in body ? { ...body, signals: newest(body.signals) } : body, (step) => [
      isSettled(step)
        ? { ...step, reason: step.reason?.slice(0, REASON_LEFT) ?? null, receipt: terse(step.receipt) }
        : step,
    ]),
  // Inputs that only undoing needs.
  (body) => withSteps(body, (step) => [isSettled(step) ? { ...step, params: {}, receipt: null } : step]),
  // Steps that a replan makes again.
  (body) => ("cancelledAt" in body && body.cancelledAt === null && body.goneAt === null ? unplanned(body) : body),
];

const newest = (signals: readonly SignalRef[]): readonly SignalRef[] => signals.slice(-SIGNALS_LEFT);

/** Removes request ids and times of AWS's answers from a receipt. */
function terse(receipt: Plain): Plain {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return receipt;
  const { requestId: _, at: __, ...rest } = receipt as { readonly [name: string]: Plain };
  return rest;
}

const unplanned = <B extends Body>(body: B): B =>
  withSteps(body, (step) => (step.state === "waiting" && step.attempts === 0 ? [] : [step]), ["steps"]);

/** Applies `change` to each step of the lists. */
function withSteps<B extends Body>(
  body: B,
  change: (step: Step) => readonly Step[],
  lists: readonly ("steps" | "owed")[] = ["steps", "owed"],
): B {
  const changed: Record<string, unknown> = { ...body };
  for (const name of lists) {
    const steps = changed[name];
    if (Array.isArray(steps)) changed[name] = (steps as readonly Step[]).flatMap(change);
  }
  return changed as unknown as B;
}
