import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { SpotkeeperError } from "../errors.ts";
import type { ShowApp, ShowDeps, ShowEnv, ShowOptions } from "./deps.ts";
import type { Doors } from "./doors.ts";
import { inSandbox, onlyOwnHost, onlyWith, securityHeaders, whileThereIsRoom } from "./middleware.ts";
import { createIncidents } from "./incidents.ts";
import { createLiveList } from "./open.ts";
import { Refusal } from "./problem.ts";
import { addAlerts } from "./routes/alerts.ts";
import { addExport } from "./routes/export.ts";
import { addFleet } from "./routes/fleet.ts";
import { addHealth } from "./routes/health.ts";
import { addIncidents } from "./routes/incidents.ts";
import { addIndex } from "./routes/index.ts";
import { addMetrics } from "./routes/metrics.ts";
import { addNow } from "./routes/now.ts";
import { addPage } from "./routes/page.ts";
import { addPanels } from "./routes/panels.ts";
import { addSilences } from "./routes/silences.ts";
import { addSignals } from "./routes/signals.ts";
import { addStream, type Streams } from "./routes/stream.ts";

/**
 * Creates the app with all routes and middleware. `streams` are the live readers, which the server ends when it closes;
 * `hasRoom` returns whether one more request may be handled (see Doors).
 */
export function createApp(deps: ShowDeps, options: ShowOptions, streams: Streams, hasRoom: Doors["hasRoom"]): ShowApp {
  const { tokens = [] } = options;
  const app: ShowApp = new OpenAPIHono<ShowEnv>({
    defaultHook(result) {
      if (result.success) return;
      const [issue] = result.error.issues;
      const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
      throw new Refusal("SK-SHOW-REQUEST", `${where}${issue?.message ?? "not understood"}.`);
    },
  });
  app.onError((error, c) => {
    const report = (cause: Error): void =>
      deps.log.error({ err: cause, method: c.req.method, path: c.req.path }, "an HTTP request failed");
    return answer(c, toRefusal(error, report));
  });
  app.notFound((c) =>
    answer(
      c,
      new Refusal("SK-SHOW-NOT-FOUND", `Nothing answers at ${c.req.path.slice(0, 200)}. See /api/v1/openapi.json.`),
    ),
  );
  app.use(securityHeaders);
  if (options.sandbox === true) app.use(inSandbox);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => answer(c, wrongMethod(methods.join(", "))) }));
  const live = createLiveList(deps.ledger, deps.clock);

  if (tokens.length === 0) app.use(onlyOwnHost);
  // Needs no token: its files contain no data.
  if (options.page !== undefined) addPage(app, options.page);
  addHealth(app, deps, { tellWhy: tokens.length === 0 });
  app.use(whileThereIsRoom(hasRoom));
  addSignals(app, deps, options);
  if (tokens.length > 0) app.use(onlyWith(tokens, "show.auth"));
  addMetrics(app, deps, live);
  const incidents = createIncidents({ ledger: deps.ledger, archive: deps.archive, live });
  // Before the path of one incident, which would match it.
  addExport(app, incidents, deps.log);
  addIncidents(app, incidents, deps.clock);
  addPanels(app, deps.archive, deps.clock);
  addNow(app, deps, incidents);
  addFleet(app, deps.inventory);
  addAlerts(app, deps.ledger);
  addSilences(app, deps);
  addStream(app, streams);
  addIndex(app);
  return app;
}

function answer(c: Context<ShowEnv>, { body, status, headers }: Refusal): Response {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.body(JSON.stringify(body), status);
}

const wrongMethod = (allow: string): Refusal =>
  new Refusal("SK-SHOW-METHOD", `This path takes ${allow}.`, { headers: { allow } });

function toRefusal(error: Error, report: (error: Error) => void): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof SpotkeeperError && /^SK-(LEDGER|ARCHIVE)-/.test(error.code))
    return new Refusal("SK-SHOW-AWAY", error.message, { cause: error, more: { cause: error.code } });
  if (error instanceof HTTPException && error.status < 500)
    return new Refusal("SK-SHOW-REQUEST", error.message, { cause: error });
  report(error);
  return new Refusal("SK-SHOW-INTERNAL", "The log of the worker tells more.", { cause: error });
}
