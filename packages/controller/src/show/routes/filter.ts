import { z } from "@hono/zod-openapi";
import type { IncidentFilter } from "../../record/rows/filter.ts";
import { kindName, outcomeName } from "../view/schema.ts";

const name = z.string().min(1).max(512).optional();
const time = z.iso.datetime({ offset: true, error: "give a time as 2026-01-31T12:00:00Z" }).optional();

/** The query parameters of all lists and counts of incidents. */
export const filterQuery = {
  from: time.openapi({ description: "Opened at or after this time" }),
  to: time.openapi({ description: "Opened before this time" }),
  outcome: outcomeName.optional(),
  kind: kindName.optional(),
  group: name,
  cluster: name,
  region: name,
  availabilityZone: name,
  instanceType: name,
  instanceId: name.openapi({ description: "An instance id, or the ARN of a Fargate task" }),
  open: z.enum(["true", "false"], { error: "give true or false" }).optional(),
};

const query = z.object(filterQuery);

/** Converts validated query parameters. */
export function toFilter({ from, to, open, ...same }: z.output<typeof query>): IncidentFilter {
  const given = {
    ...same,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
    open: open === undefined ? undefined : open === "true",
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
