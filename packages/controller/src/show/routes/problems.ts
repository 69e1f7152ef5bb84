import { z } from "@hono/zod-openapi";
import { PROBLEM_TYPE } from "../problem.ts";

const problemSchema = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), code: z.string() })
  .catchall(z.unknown())
  .openapi("Problem");

/** Returns the responses of a route that are problem details (RFC 9457). */
export function problems<S extends number>(
  ...statuses: readonly S[]
): Record<S, { description: string; content: { [PROBLEM_TYPE]: { schema: typeof problemSchema } } }> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: "Refused, and why", content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    ]),
  ) as ReturnType<typeof problems<S>>;
}
