import type { z } from "zod";
import type { SendResult } from "../../alert.ts";
import type { Http, HttpRequest } from "../../../http/http.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { ofHttp } from "./result.ts";

/** What was learnt, or why it could not be. */
export type Asked<T> = { readonly value: T } | { readonly failed: SendResult };

/** One request of several that a send needs. An answer of another shape is no answer: a proxy's page, a sleeping instance. */
export async function exchange<T>(
  http: Http,
  request: HttpRequest,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<Asked<T>> {
  const outcome = await http(request, signal);
  const result = ofHttp(outcome, null);
  if (result.is !== "sent" || outcome.is !== "answer") return { failed: result };
  const read = schema.safeParse(jsonOrNull(outcome.text));
  if (read.success) return { value: read.data };
  return { failed: { is: "retry", reason: "answered something that is not documented", after: null } };
}
