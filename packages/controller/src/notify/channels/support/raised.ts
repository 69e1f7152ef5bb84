import { z } from "zod";
import type { Plain } from "../../../model/plain.ts";
import type { AlertModel } from "../../alert.ts";
import { alertId } from "../../render/ticket.ts";

/** Further objects that one alert opens at most; later ones are updates, so that a long storm does not page for ever. */
const MOST_RAISED = 4;

const receipt = z.object({ raised: z.int().min(0).max(MOST_RAISED) });

/** Returns how often an alert was raised, by the receipt of its last message. */
export const raisedBefore = (previous: Plain): number => receipt.safeParse(previous).data?.raised ?? 0;

/**
 * For services that notify people only of a new object, and cannot raise an open one: returns how often the alert is
 * raised with this message. `idOf` then names another object.
 */
export const raisedBy = ({ raised }: Pick<AlertModel, "raised">, before: number): number =>
  raised ? Math.min(MOST_RAISED, before + 1) : before;

/** The id of the object that an alert opened when it was raised so often; 0 is its first. */
export const idOf = (model: Pick<AlertModel, "recordId">, raised: number): string =>
  raised === 0 ? alertId(model) : `${alertId(model)}-${raised}`;

/** The ids of all objects that an alert has opened, the newest first. */
export const idsOf = (model: Pick<AlertModel, "recordId">, raised: number): readonly string[] =>
  Array.from({ length: raised + 1 }, (_, n) => idOf(model, raised - n));
