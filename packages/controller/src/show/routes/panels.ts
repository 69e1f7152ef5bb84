import { createRoute, z } from "@hono/zod-openapi";
import type { Clock, Ms } from "../../clock.ts";
import type { Archive } from "../../record/archive/archive.ts";
import { type Measure, measureNames, MOST_SORTED } from "../../record/rows/durations.ts";
import { panelNames } from "../../record/rows/panel.ts";
import type { ShowApp } from "../deps.ts";
import { Refusal } from "../problem.ts";
import { time as timeSchema } from "../view/schema.ts";
import { timeOf, timeOrNull } from "../view/time.ts";
import { filterQuery, toFilter } from "./filter.ts";
import { problems } from "./problems.ts";

/** The range without `from`. */
const DEFAULT_RANGE: Ms = 30 * 86_400_000;

/** Strict: a misspelt filter must not count everything. */
const query = z.strictObject(filterQuery);

const panelSchema = z
  .object({
    panel: z.enum(panelNames),
    from: timeSchema,
    to: timeSchema,
    bucket: z.enum(["hour", "day", "week", "month", "year"]).nullable().openapi({
      description: "The width of the time axis's buckets, which begin in UTC; null without a time axis",
    }),
    marks: z.array(
      z.object({ at: timeSchema.nullable(), name: z.string().nullable(), count: z.int() }).openapi("Mark"),
    ),
    rest: z.int().openapi({ description: "Incidents that are in no mark, because there would be too many" }),
  })
  .openapi("Panel");
export type PanelView = z.infer<typeof panelSchema>;

const route = createRoute({
  method: "get",
  path: "/api/v1/panels/{name}",
  summary: "Counts of archived incidents; an incident is archived some seconds after it is closed",
  request: { params: z.object({ name: z.enum(panelNames) }), query },
  responses: {
    200: {
      description:
        "At most 2,000 marks. `name` is the group, zone, region, type or outcome that is counted: in `time` the outcome, in `zones-by-time` the zone; null means unknown. `from` is 30 days before `to` by default, and `to` is now",
      content: {
        "application/json": {
          schema: panelSchema,
        },
      },
    },
    ...problems(400, 401, 503),
  },
});

const durationSchema = z
  .object({
    n: z.int().openapi({ description: "Incidents with a value" }),
    min: z.number(),
    p5: z.number(),
    p50: z.number(),
    p95: z.number(),
    max: z.number(),
  })
  .openapi("Duration");

const durationsSchema = z
  .object({
    from: timeSchema,
    to: timeSchema,
    durations: z
      .union([
        z.object(
          Object.fromEntries(measureNames.map((name) => [name, z.union([durationSchema, z.null()])])) as {
            [M in Measure]: z.ZodUnion<[typeof durationSchema, z.ZodNull]>;
          },
        ),
        z.null(),
      ])
      .openapi({ description: `In seconds; null: more than ${MOST_SORTED} incidents are in the range` }),
  })
  .openapi("Durations");
export type DurationsView = z.infer<typeof durationsSchema>;

const durationsRoute = createRoute({
  method: "get",
  path: "/api/v1/durations",
  summary: "Time to spare, until the replacement served, from launch, and from recommendation to warning",
  request: { query },
  responses: {
    200: {
      description: "Of archived incidents, exactly; by nearest rank",
      content: { "application/json": { schema: durationsSchema } },
    },
    ...problems(400, 401, 503),
  },
});

export function addPanels(
  app: ShowApp,
  archive: Pick<Archive, "panel" | "durations">,
  clock: Pick<Clock, "now">,
): void {
  app.openapi(durationsRoute, async (c) => {
    const { from, to, filter } = rangeOf(c.req.valid("query"), clock);
    const durations = await archive.durations({ from, to, filter });
    return c.json({ from: timeOf(from), to: timeOf(to), durations }, 200);
  });
  app.openapi(route, async (c) => {
    const { name: panel } = c.req.valid("param");
    const { from, to, filter } = rangeOf(c.req.valid("query"), clock);
    const { bucket, marks, rest } = await archive.panel({ panel, from, to, filter });
    const views = marks.map((mark) => ({ ...mark, at: timeOrNull(mark.at) }));
    return c.json({ panel, from: timeOf(from), to: timeOf(to), bucket, marks: views, rest }, 200);
  });
}

function rangeOf(given: z.infer<typeof query>, clock: Pick<Clock, "now">) {
  const { from: asked, to = clock.now(), ...filter } = toFilter(given);
  const from = asked ?? to - DEFAULT_RANGE;
  if (from > to) throw new Refusal("SK-SHOW-REQUEST", "from: is after `to`; give an earlier time.");
  return { from, to, filter };
}
