import { z } from "zod";
import { createAddresses } from "../../http/addresses.ts";
import { channels as drivers, type ChannelType } from "../../notify/channels/index.ts";
import { refusalOf } from "../../http/http.ts";
import { REFERENCE } from "../../fields.ts";

type Options = { readonly [T in ChannelType]: z.output<(typeof drivers)[T]["options"]> }[ChannelType];

const types = Object.keys(drivers);
/** Each driver's options are an object; its `type` selects the driver. */
const options = Object.values(drivers).map((driver) => driver.options) as unknown as [z.ZodObject, ...z.ZodObject[]];

const channel = z.discriminatedUnion("type", options, {
  error: (issue) => (issue.code === "invalid_union" ? `one of: ${types.join(", ")}` : undefined),
}) as unknown as z.ZodType<Options, Options>;

/** Rejects references that cannot be resolved; drivers accept any form. */
function resolvable(given: Options, context: z.RefinementCtx): void {
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== "string" || !value.startsWith("${") || REFERENCE.test(value)) continue;
    context.addIssue({
      code: "custom",
      path: [key],
      message: "one of the known references: ${env:NAME}, ${file:/path}, ${ssm:/path} or ${secret:name#key}",
    });
  }
}

/** Rejects URLs that would never be called, when the config is loaded and not only when an alert is sent. */
function callable(given: Options, context: z.RefinementCtx): void {
  const addresses = createAddresses("allow" in given ? (given.allow ?? []) : []);
  for (const [key, value] of Object.entries(given)) {
    const target = typeof value === "string" && value.includes("://") ? URL.parse(value) : null;
    const message = target === null ? null : refusalOf(target, addresses);
    if (message !== null)
      context.addIssue({ code: "custom", path: [key], message: `a URL that may be called: ${message}` });
  }
}

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, {
  error: "a name of small letters, digits, - and _ (at most 64)",
});

/** The channels, by names that the user chooses. Default: the console. */
export const channels = z
  .record(name, channel.superRefine(resolvable).superRefine(callable), {
    error: "names, each with the options of a channel",
  })
  .prefault({ console: { type: "console" } });
