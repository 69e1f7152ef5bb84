import type { TimeListener } from "../corrected-clock.ts";
import { readTime } from "../read-time.ts";

/** The used part of an SDK client; the types of its middleware stack differ by client. */
export interface Client {
  readonly middlewareStack: { readonly add: (middleware: never, options: never) => void };
}

/** The answer of the SDK's transport. */
interface Answered {
  readonly response?: {
    readonly statusCode?: unknown;
    readonly headers?: { readonly [name: string]: unknown };
  };
}
type Next = (args: unknown) => Promise<Answered>;

/**
 * Reads AWS's time from the `Date` header of every answer, also of an error. A 5xx answer (perhaps of a proxy) and an
 * answer from a cache (`Age`) do not count.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
 */
export function reportDates(client: Client, timeListener: TimeListener): void {
  const middleware =
    (next: Next): Next =>
    async (args) => {
      const hear = timeListener.asked();
      const answered = await next(args);
      hear(dateOf(answered));
      return answered;
    };
  // Low priority: next to the transport, before errors are thrown.
  client.middlewareStack.add(
    middleware as never,
    { step: "deserialize", priority: "low", name: "reportDates" } as never,
  );
}

function dateOf({ response }: Answered): number | null {
  const { statusCode, headers = {} } = response ?? {};
  if (typeof statusCode !== "number" || statusCode >= 500) return null;
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return named.has("age") ? null : readTime(named.get("date"));
}
