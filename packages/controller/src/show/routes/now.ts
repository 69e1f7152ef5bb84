import { createRoute, z } from "@hono/zod-openapi";
import type { Ms } from "../../clock.ts";
import type { ShowApp, ShowDeps } from "../deps.ts";
import type { Incidents } from "../incidents.ts";
import { type Happening, readHappening } from "../now.ts";
import { findResponder } from "../../respond/responders/index.ts";
import { alertView } from "../view/alert.ts";
import { summaryView } from "../view/incident.ts";
import { nowSchema, type NowView } from "../view/now.ts";
import { idOf } from "../view/id.ts";
import { timeOf, timeOrNull } from "../view/time.ts";
import { problems } from "./problems.ts";

/** Listed in one answer, newest first; the rest is counted. */
const MOST_INCIDENTS = 500;
/** All readers within this time share one answer: in a storm it has many members. */
const FRESH_FOR: Ms = 500;

const route = createRoute({
  method: "get",
  path: "/api/v1/now",
  summary: "What is happening: open incidents, what is at stake, and what people were told",
  request: { query: z.strictObject({}) },
  responses: {
    200: { description: "By the worker's clock", content: { "application/json": { schema: nowSchema } } },
    ...problems(400, 401, 503),
  },
});

export type NowRoutes = Pick<ShowDeps, "ledger" | "openIncidents" | "clock">;

export function addNow(app: ShowApp, deps: NowRoutes, incidents: Pick<Incidents, "list">): void {
  let kept: { readonly view: Promise<NowView>; readonly until: Ms } | null = null;

  async function read(): Promise<NowView> {
    const happening = await readHappening({ ...deps, phrases: findResponder });
    const [last] = (await incidents.list({ open: false }, 1, undefined)).items;
    return viewOf(happening, deps.clock.now(), last);
  }

  app.openapi(route, async (c) => {
    if (kept === null || kept.until <= deps.clock.now()) {
      const view = read();
      kept = { view, until: deps.clock.now() + FRESH_FOR };
      // After a failure the next call reads again.
      view.catch(() => (kept = null));
    }
    return c.json(await kept.view, 200);
  });
}

type Last = Awaited<ReturnType<Incidents["list"]>>["items"][number] | undefined;

function viewOf({ incidents, alerts }: Happening, now: number, last: Last): NowView {
  const shown = incidents.slice(0, MOST_INCIDENTS);
  const doing = new Map(alerts.flatMap(({ model }) => model.members.map((one) => [one.incident, one.doing] as const)));
  return {
    now: timeOf(now),
    open: incidents.length,
    incidents: shown.map(({ doc }) => ({ ...summaryView(doc), doingWords: [...(doing.get(doc.key) ?? [])] })),
    alerts: alerts.map(({ doc, model }) => ({
      ...alertView(doc),
      headline: model.headline,
      severity: model.severity,
      stakes: [...model.stakes],
      asks: [...model.ask],
      deadline: timeOrNull(model.earliestDeadline),
      incidents: model.members.map(({ incident }) => idOf(incident)),
      services: model.impact.map(({ cluster, service, desired, survives, minimum, belowMinimum }) => ({
        ...{ cluster, service, desired, minimum, belowMinimum },
        keeps: survives,
      })),
    })),
    last: last === undefined ? null : summaryView({ key: last.key, body: last.incident }),
  };
}
