import type { ShowApp } from "../deps.ts";

/** Version of the API, not of the product: changes when the shape of an answer changes. */
const API_VERSION = "1.0.0";

const LINKS = {
  name: "spotkeeper",
  links: {
    now: "/api/v1/now",
    fleet: "/api/v1/fleet",
    incidents: "/api/v1/incidents",
    alerts: "/api/v1/alerts",
    silences: "/api/v1/silences",
    stream: "/api/v1/stream",
    metrics: "/metrics",
    health: "/healthz",
    readiness: "/readyz",
    description: "/api/v1/openapi.json",
  },
};

/** Adds the index, and the OpenAPI document of all routes that were added before. */
export function addIndex(app: ShowApp): void {
  for (const path of ["/", "/api/v1"]) app.get(path, (c) => c.json(LINKS));
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Spotkeeper", version: API_VERSION, description: "Spot interruptions and what was done about them" },
    security: [{}, { bearer: [] }],
  });
  app.get("/api/v1/openapi.json", (c) => c.json(document));
}
