import { z } from "@hono/zod-openapi";
import { alertSchema, incidentSchema, time } from "./schema.ts";

const openAlertSchema = alertSchema
  .extend({
    headline: z.string(),
    severity: z.enum(["info", "warning", "critical"]),
    stakes: z.array(z.string()).openapi({ example: ["checkout keeps 1 of 4 tasks, below its minimum of 2"] }),
    asks: z.array(z.string()),
    deadline: time.nullable().openapi({ description: "The nearest deadline of what is still in danger" }),
    incidents: z.array(z.string()),
    services: z.array(
      z.object({
        cluster: z.string(),
        service: z.string(),
        desired: z.int(),
        keeps: z.int(),
        minimum: z.int(),
        belowMinimum: z.boolean(),
      }),
    ),
  })
  .openapi("OpenAlert");

export const nowSchema = z
  .object({
    now: time,
    open: z.int(),
    incidents: z
      .array(incidentSchema.extend({ doingWords: z.array(z.string()) }))
      .openapi({ description: "The newest 500" }),
    alerts: z.array(openAlertSchema).openapi({ description: "The nearest deadline first" }),
    last: z.union([incidentSchema, z.null()]).openapi({ description: "The newest closed incident" }),
  })
  .openapi("Now");
export type NowView = z.infer<typeof nowSchema>;

export const fleetSchema = z
  .object({
    groups: z.array(
      z.object({
        name: z.string(),
        account: z.string(),
        region: z.string(),
        zones: z.array(z.object({ zone: z.string(), instances: z.array(z.string()) })),
      }),
    ),
  })
  .openapi("Fleet");
export type FleetView = z.infer<typeof fleetSchema>;
