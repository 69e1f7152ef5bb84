import { createRoute, z } from "@hono/zod-openapi";
import type { ShowApp, ShowDeps, Unready } from "../deps.ts";

const lives = createRoute({
  method: "get",
  path: "/healthz",
  summary: "Whether the process lives",
  responses: {
    200: { description: "It does", content: { "application/json": { schema: z.object({ status: z.literal("ok") }) } } },
  },
});

const readySchema = z
  .object({
    status: z.enum(["ready", "not-ready"]),
    reasons: z.array(z.object({ what: z.string(), code: z.string().nullable(), message: z.string().nullable() })),
  })
  .openapi("Readiness");

const ready = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Whether it can do its work",
  responses: {
    200: { description: "Ready", content: { "application/json": { schema: readySchema } } },
    503: { description: "Not ready, and why", content: { "application/json": { schema: readySchema } } },
  },
});

/**
 * Adds the health routes. Probes have no token, so these routes need none. Messages contain names of files and queues:
 * they are shown only with `tellWhy`; words and codes are always shown.
 */
export function addHealth(app: ShowApp, deps: ShowDeps, { tellWhy }: { readonly tellWhy: boolean }): void {
  app.openapi(lives, (c) => c.json({ status: "ok" as const }, 200));
  app.openapi(ready, (c) => {
    const reasons = [...ledgerReason(deps), ...deps.readiness()].map(({ what, code, message }) => ({
      what,
      code,
      message: tellWhy ? message : null,
    }));
    return reasons.length === 0
      ? c.json({ status: "ready" as const, reasons }, 200)
      : c.json({ status: "not-ready" as const, reasons }, 503);
  });
}

function ledgerReason({ ledger }: Pick<ShowDeps, "ledger">): readonly Unready[] {
  const { ok, code, message, lost } = ledger.health();
  return [
    ...(ok ? [] : [{ what: "ledger", code, message: message ?? "The ledger is away." }]),
    ...(lost === undefined ? [] : [{ what: "ledger", ...lost }]),
  ];
}
