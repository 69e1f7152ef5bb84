import type { z } from "zod";
import type { SendResult } from "../../alert.ts";
import type { Http, HttpAnswer, HttpRequest } from "../../../http/http.ts";
import { jsonOrNull } from "../../../http/parse-json.ts";
import { ofHttp } from "./result.ts";
import { unexpected } from "./unexpected.ts";

/** The value, or the failure. `gone`: the service knows no such object (any more). */
export type Asked<T> = { readonly value: T } | { readonly failed: SendResult; readonly gone: boolean };

/** What an answer must be. */
export interface Wanted<T> {
  /** In words, for people. */
  readonly says: string;
  /** Returns the value; undefined if the answer is not the one of the service. */
  readonly value: (answer: HttpAnswer) => T | undefined;
}

export const wantedJson = <T>(says: string, schema: z.ZodType<T>): Wanted<T> => ({
  says,
  value: ({ text }) => schema.safeParse(jsonOrNull(text)).data,
});

/**
 * Makes one of several requests of a send. An answer that is not the one of the service (e.g. a proxy's page) counts as
 * a failure; it is tried again, since channels that make several requests find what they have created.
 */
export async function exchange<T>(
  http: Http,
  request: HttpRequest,
  wanted: Wanted<T>,
  signal: AbortSignal,
): Promise<Asked<T>> {
  const outcome = await http(request, signal);
  const result = ofHttp(outcome, ANY);
  if (outcome.is === "failed") return { failed: result, gone: false };
  if (result.is !== "sent") return { failed: result, gone: GONE.has(outcome.status) };
  const value = wanted.value(outcome);
  return value === undefined ? { failed: unexpected(outcome, wanted.says, true), gone: false } : { value };
}

const ANY = { says: "", receipt: () => null };
const GONE: ReadonlySet<number> = new Set([404, 410]);
