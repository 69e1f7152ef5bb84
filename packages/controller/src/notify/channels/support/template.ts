import { z } from "zod";
import type { AlertModel } from "../../alert.ts";
import { type Escape, fill, type Filled } from "../../render/liquid.ts";
import { clean } from "../../message/clean.ts";
import { alertJson } from "../../render/json.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { alertShapes } from "./shapes.ts";

/** The engine's words for an item that a list does not have: `ask[0]`, `ask.first`. */
const OF_A_LIST = /undefined variable: \S+\.(\d+|first|last)\b/;
const MAY_BE_EMPTY = 'the list may be empty, so write {{ ask | first | default: "nothing" }}';

/** Schema of a LiquidJS template. It is tried with alerts of every shape when the config is loaded. */
export function template(escape: Escape): z.ZodString {
  return z
    .string()
    .max(50_000)
    .superRefine((text, context) => {
      for (const { of, data } of alertShapes()) {
        const filled = fill(text, escape, data);
        if (filled.is === "filled") continue;
        const hint = OF_A_LIST.test(filled.fault) ? `; ${MAY_BE_EMPTY}` : "";
        context.addIssue({
          code: "custom",
          message: `a LiquidJS template that works: ${filled.fault} (with ${of})${hint}`,
        });
        return;
      }
    });
}

/** Whether a template makes JSON of alerts of every shape; of one that does not work nothing is said here. */
export const makesJson = (text: string): boolean =>
  alertShapes().every(({ data }) => {
    const filled = fill(text, "none", data);
    return filled.is === "fault" || isJsonText(filled.text);
  });

/**
 * Fills a user's template with an alert. `kind: "json"`: what it makes has to be JSON.
 *
 * @param name the template's key in the channel's options
 */
export function fillOwn(
  { name, text, kind }: { readonly name: string; readonly text: string; readonly kind: Escape | "json" },
  model: AlertModel,
  now: number,
): Filled {
  const filled = fill(text, kind === "html" ? "html" : "none", alertJson(model, now));
  if (filled.is === "fault") return { is: "fault", fault: `${name}: ${filled.fault}` };
  if (kind === "json" && !isJsonText(filled.text)) return { is: "fault", fault: `${name}: it made no JSON` };
  return filled;
}

/** Adds requests to mend templates to an alert, which is then shown in the built-in form. */
export const askToMend = (model: AlertModel, faults: readonly string[]): AlertModel => ({
  ...model,
  ask: [
    ...model.ask,
    ...faults.map(
      (fault) => `mend this channel's template ${clean(fault)}; this message has the built-in form instead`,
    ),
  ],
});

const isJsonText = (text: string): boolean => text.trim() === "null" || jsonOrNull(text) !== null;
