import { z } from "zod";
import { DEFAULT_ROUTE, GROUP_BY, type Route } from "../../notify/route.ts";
import { duration, flag, list, oneOf, text } from "../../fields.ts";
import { nearest } from "../../nearest.ts";
import { given, matcher } from "./matcher.ts";
import { LASTS, lasts, timeWindow } from "./time-window.ts";

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, {
  error: "a name of small letters, digits, - and _ that begins with a letter (at most 64)",
});

const route = z
  .strictObject({
    name,
    match: matcher.prefault({}),
    channels: list(text("the name of a channel", 64), "names of channels", 1, 50),
    groupBy: list(oneOf(GROUP_BY), "what incidents of one alert have in common", 0, GROUP_BY.length).default([
      ...DEFAULT_ROUTE.groupBy,
    ]),
    wait: duration("0s", "5m").prefault("5s"),
    updateEvery: duration("5s", "1h").prefault("30s"),
    repeatEvery: duration("1m", "7d").nullable().default(null),
    giveUpAfter: duration("1m", "24h").prefault("1h"),
    continue: flag().default(false),
    activeTimes: list(z.strictObject(timeWindow).refine(lasts, LASTS), "windows", 1, 100).nullable().default(null),
  })
  .transform(({ match, ...rest }): Route => ({ ...rest, match: given(match) }));

/** The routes. Default: all incidents on all channels. */
export const routes = list(route, "routes", 1, 100)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, { error: "routes whose names differ" })
  .default([DEFAULT_ROUTE]);

/** Rejects routes with channels that the config does not have. */
export function knownChannels(
  config: { readonly routes: readonly Route[]; readonly channels: { readonly [name: string]: unknown } },
  context: z.RefinementCtx,
): void {
  const known = Object.keys(config.channels);
  for (const [place, one] of config.routes.entries()) {
    for (const [index, channel] of (one.channels ?? []).entries()) {
      if (known.includes(channel)) continue;
      const near = nearest(channel, known);
      const hint = near === null ? `those are ${known.join(", ") || "none"}` : `did you mean ${near}?`;
      const message = `the name of a configured channel; ${hint}`;
      context.addIssue({ code: "custom", path: ["routes", place, "channels", index], message });
    }
  }
}
