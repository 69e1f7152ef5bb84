import { z } from "zod";
import { oneOf } from "../../fields.ts";

export const log = z.strictObject({
  level: oneOf(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** `auto`: text on a terminal, JSON elsewhere. */
  format: oneOf(["auto", "json", "text"]).default("auto"),
});
