import { z } from "zod";
import { createAddresses } from "../../http/addresses.ts";
import { chosenFrom, type OptionsOf } from "../../drivers.ts";
import { channels as drivers } from "../../notify/channels/index.ts";
import { refusalOf } from "../../http/http.ts";
import { resolvable } from "./resolvable.ts";

type Options = OptionsOf<typeof drivers>;

/** Rejects URLs that would never be called, when the config is loaded and not only when an alert is sent. */
function callable(given: Options, context: z.RefinementCtx): void {
  const addresses = createAddresses("allow" in given ? (given.allow ?? []) : []);
  for (const [key, value] of Object.entries(given)) {
    const target = typeof value === "string" && value.includes("://") ? URL.parse(value) : null;
    const message = target === null ? null : refusalOf(target, addresses, false);
    if (message !== null)
      context.addIssue({ code: "custom", path: [key], message: `a URL that may be called: ${message}` });
  }
}

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, {
  error: "a name of small letters, digits, - and _ (at most 64)",
});

/** The channels, by names that the user chooses. Default: the console. */
export const channels = z
  .record(name, chosenFrom(drivers, "type").superRefine(resolvable).superRefine(callable), {
    error: "names, each with the options of a channel",
  })
  .prefault({ console: { type: "console" } });
