import { createRoute, z } from "@hono/zod-openapi";
import type { Clock } from "../../clock.ts";
import type { ShowApp } from "../deps.ts";
import type { Incidents } from "../incidents.ts";
import { Refusal } from "../problem.ts";
import { detailView } from "../view/detail.ts";
import { keyOf } from "../view/id.ts";
import { isIncidentKey, summaryView } from "../view/incident.ts";
import { incidentDetailSchema, incidentSchema, missingSchema, time as timeSchema } from "../view/schema.ts";
import { timeOf } from "../view/time.ts";
import { filterQuery, toFilter } from "./filter.ts";
import { problems } from "./problems.ts";

const LARGEST_PAGE = 500;
const DEFAULT_PAGE = 100;
const LIMIT = `give a whole number from 1 to ${LARGEST_PAGE}`;

/** Strict: a misspelt filter must not return everything. */
const query = z.strictObject({
  ...filterQuery,
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(LARGEST_PAGE, LIMIT).optional(),
  cursor: z.string().max(4_096).optional(),
});

const listRoute = createRoute({
  method: "get",
  path: "/api/v1/incidents",
  summary: "Open and closed incidents, newest first",
  request: { query },
  responses: {
    200: {
      description: "A page; `missing` names stores that could not be asked",
      content: {
        "application/json": {
          schema: z
            .object({
              items: z.array(incidentSchema),
              now: timeSchema.openapi({ description: "By the worker's clock: what is left until a deadline" }),
              next: z.string().nullable(),
              missing: z.array(missingSchema),
            })
            .openapi("Incidents"),
        },
      },
    },
    ...problems(400, 401, 503),
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/api/v1/incidents/{id}",
  summary: "One incident with its timeline",
  request: {
    params: z.object({ id: z.string().max(2_200).openapi({ example: "i-0123456789abcdef0#1" }) }),
  },
  responses: {
    200: {
      description: "The flight recorder",
      content: { "application/json": { schema: incidentDetailSchema } },
    },
    ...problems(400, 401, 404, 503),
  },
});

export function addIncidents(app: ShowApp, incidents: Incidents, clock: Pick<Clock, "now">): void {
  app.openapi(listRoute, async (c) => {
    const { limit = DEFAULT_PAGE, cursor, ...rest } = c.req.valid("query");
    const { items, next, missing } = await incidents.list(toFilter(rest), limit, cursor);
    const views = items.map(({ key, incident }) => summaryView({ key, body: incident }));
    return c.json({ items: views, now: timeOf(clock.now()), next, missing: [...missing] }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { id } = c.req.valid("param");
    const key = keyOf(id);
    const found = isIncidentKey(key) ? await incidents.get(key) : null;
    if (found === null) {
      throw new Refusal(
        "SK-SHOW-NOT-FOUND",
        `No incident is called ${id.slice(0, 200)}. Ids look like i-0123456789abcdef0#1, with # written %23; those of an instance are listed by ?instanceId=.`,
      );
    }
    const { incident, timeline, cut, missing } = found;
    return c.json({ ...detailView(key, incident, timeline), timelineCut: cut, missing: [...missing] }, 200);
  });
}
