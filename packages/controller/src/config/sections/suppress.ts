import { z } from "zod";
import { TELL_ALL, type Suppress } from "../../notify/pipeline/suppress-settings.ts";
import { GROUP_BY } from "../../notify/route.ts";
import { flag, list, number, oneOf, text } from "../../fields.ts";
import { given, matcher } from "./matcher.ts";
import { LASTS, lasts, timeWindow } from "./time-window.ts";

const maintenance = z
  .strictObject({ name: text("the name of the window", 100), ...timeWindow, match: matcher.prefault({}) })
  .refine(lasts, LASTS)
  .transform(({ match, ...rest }) => ({ ...rest, match: given(match) }));

const inhibit = z
  .strictObject({
    name: text("the name of the rule", 100),
    source: matcher,
    target: matcher,
    equal: list(oneOf(GROUP_BY), "what both incidents have in common", 0, GROUP_BY.length).default([]),
  })
  .transform(({ source, target, ...rest }) => ({ ...rest, source: given(source), target: given(target) }));

/** Settings for suppressed alerts. */
export const suppress = z
  .strictObject({
    maintenance: list(maintenance, "windows", 0, 100).default([]),
    inhibit: list(inhibit, "rules", 0, 100).default([]),
    criticalServices: list(text("the name of a service"), "names of services").default([]),
    sufficientCapacity: number(0, 100_000).nullable().default(TELL_ALL.sufficientCapacity),
    daemonsOnly: flag().default(TELL_ALL.daemonsOnly),
    nothingAffected: flag().default(TELL_ALL.nothingAffected),
  })
  .transform((section): Suppress => section);
