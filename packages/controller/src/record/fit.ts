import { SpotkeeperError } from "../errors.ts";
import { encodeBody, packed } from "./body.ts";
import type { Doc } from "../model/doc.ts";
import type { Plain } from "../model/plain.ts";
import type { SignalRef } from "../model/incident.ts";
import type { Step } from "../model/step.ts";

/** The most that a document's body takes as it is stored, in bytes: what DynamoDB and a storm of thousands afford. */
export const LARGEST_BODY = 8 * 1024;

type Body = Doc["body"];

/**
 * A document's body as it is stored: JSON; packed where that is larger than `room`; and where packing is not enough,
 * without what handling needs least:
 *
 *     as it is ─▶ packed ─▶ without what people read ─▶ … what undoing needs ─▶ … steps that are planned again
 *
 * A signal can come to any document, so that what belongs to an instance in many target groups must not be refused.
 * Throws SK-LEDGER-TOO-LARGE where all this is not enough.
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

/** The journal has them whole. */
const REASON_LEFT = 60;
/** By the newest signals one that comes twice is known. */
const SIGNALS_LEFT = 8;

const isSettled = ({ settledAt }: Step): boolean => settledAt !== null;

/** In the order in which they are given up. */
const SHED: readonly ((body: Body) => Body)[] = [
  // What only people read.
  (body) =>
    withSteps("signals" in body ? { ...body, signals: newest(body.signals) } : body, (step) => [
      isSettled(step)
        ? { ...step, reason: step.reason?.slice(0, REASON_LEFT) ?? null, receipt: terse(step.receipt) }
        : step,
    ]),
  // What only undoing needs: handling goes first.
  (body) => withSteps(body, (step) => [isSettled(step) ? { ...step, params: {}, receipt: null } : step]),
  // What planning makes again from what is known.
  (body) => ("cancelledAt" in body && body.cancelledAt === null && body.goneAt === null ? unplanned(body) : body),
];

const newest = (signals: readonly SignalRef[]): readonly SignalRef[] => signals.slice(-SIGNALS_LEFT);

/** Without the names and times of AWS's answers. */
function terse(receipt: Plain): Plain {
  if (receipt === null || typeof receipt !== "object" || Array.isArray(receipt)) return receipt;
  const { requestId: _, at: __, ...rest } = receipt as { readonly [name: string]: Plain };
  return rest;
}

const unplanned = <B extends Body>(body: B): B =>
  withSteps(body, (step) => (step.state === "waiting" && step.attempts === 0 ? [] : [step]), ["steps"]);

/** The body with each of its steps, and of those owed, as `change` has it. */
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
