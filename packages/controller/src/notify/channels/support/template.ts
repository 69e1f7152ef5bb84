import { z } from "zod";
import { alertJson } from "../../render/json.ts";
import { type Escape, faultOf } from "../../render/liquid.ts";
import { sampleAlert } from "../../message/sample.ts";

const example = (): object => alertJson(sampleAlert("receipt", 0), 0);

/** Schema of a LiquidJS template. It is tested when the config is loaded, not only when an alert is sent. */
export function template(escape: Escape): z.ZodString {
  return z
    .string()
    .max(50_000)
    .superRefine((text, context) => {
      const fault = faultOf(text, escape, example());
      if (fault !== null) context.addIssue({ code: "custom", message: `a LiquidJS template that works: ${fault}` });
    });
}
