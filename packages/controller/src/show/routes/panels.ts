import { createRoute, z } from "@hono/zod-openapi";
import type { Clock, Ms } from "../../clock.ts";
import type { Archive } from "../../record/archive/archive.ts";
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

export function addPanels(app: ShowApp, archive: Pick<Archive, "panel">, clock: Pick<Clock, "now">): void {
  app.openapi(route, async (c) => {
    const { name: panel } = c.req.valid("param");
    const { from: given, to = clock.now(), ...filter } = toFilter(c.req.valid("query"));
    const from = given ?? to - DEFAULT_RANGE;
    if (from > to) throw new Refusal("SK-SHOW-REQUEST", "from: is after `to`; give an earlier time.");
    const { bucket, marks, rest } = await archive.panel({ panel, from, to, filter });
    const views = marks.map((mark) => ({ ...mark, at: timeOrNull(mark.at) }));
    return c.json({ panel, from: timeOf(from), to: timeOf(to), bucket, marks: views, rest }, 200);
  });
}
