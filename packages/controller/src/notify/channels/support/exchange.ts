import type { z } from "zod";
import type { SendResult } from "../../alert.ts";
import type { Http, HttpRequest } from "../../../http/http.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { ofHttp } from "./result.ts";

/** The value, or the failure. */
export type Asked<T> = { readonly value: T } | { readonly failed: SendResult };

/** Makes one of several requests of a send. An answer with another shape (e.g. a proxy's page) counts as a failure. */
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
