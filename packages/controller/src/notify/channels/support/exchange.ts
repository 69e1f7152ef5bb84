import type { z } from "zod";
import type { SendResult } from "../../alert.ts";
import type { Http, HttpRequest } from "../../../http/http.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { ofHttp } from "./result.ts";

/** The value, or the failure with the HTTP status (null without an answer). */
export type Asked<T> = { readonly value: T } | { readonly failed: SendResult; readonly status: number | null };

/** Whether the thing that was asked for does not exist, or no longer. */
export const isGone = (asked: Asked<unknown>): boolean => "failed" in asked && asked.status === 404;

/** Makes one of several requests of a send. An answer with another shape (e.g. a proxy's page) counts as a failure. */
export async function exchange<T>(
  http: Http,
  request: HttpRequest,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<Asked<T>> {
  const outcome = await http(request, signal);
  const result = ofHttp(outcome, null);
  const status = outcome.is === "answer" ? outcome.status : null;
  if (result.is !== "sent" || outcome.is !== "answer") return { failed: result, status };
  const read = schema.safeParse(jsonOrNull(outcome.text));
  if (read.success) return { value: read.data };
  return { failed: { is: "retry", reason: "answered something that is not documented", after: null }, status };
}
