import { createRoute, z } from "@hono/zod-openapi";
import type { Ledger } from "../../record/ledger/ledger.ts";
import type { ShowApp } from "../deps.ts";
import { alertView } from "../view/alert.ts";
import { alertSchema } from "../view/schema.ts";
import { problems } from "./problems.ts";

/** The tag of all alerts (notify/join.ts). */
const ALERT = "alert";
/** Maximum number of pages of 100 alerts, one for each cluster or group and account: more than a fleet has. */
const MOST_PAGES = 1_000;

const route = createRoute({
  method: "get",
  path: "/api/v1/alerts",
  summary: "Alerts and what each channel was told, newest first",
  request: { query: z.strictObject({ open: z.enum(["true", "false"]).optional() }) },
  responses: {
    200: {
      description: "One alert for each cluster, group or region that ever had one",
      content: { "application/json": { schema: z.object({ items: z.array(alertSchema) }).openapi("Alerts") } },
    },
    ...problems(400, 401, 503),
  },
});

export function addAlerts(app: ShowApp, ledger: Pick<Ledger, "list">): void {
  app.openapi(route, async (c) => {
    const { open } = c.req.valid("query");
    const items = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { items: docs, next } = await ledger.list(ALERT, cursor);
      for (const doc of docs) if (doc.kind === "alert") items.push(alertView(doc));
      cursor = next;
      if (cursor === undefined) break;
    }
    const wanted = items.filter((alert) => open === undefined || alert.open === (open === "true"));
    wanted.sort((a, b) => (a.openedAt < b.openedAt ? 1 : a.openedAt > b.openedAt ? -1 : 0));
    return c.json({ items: wanted }, 200);
  });
}
