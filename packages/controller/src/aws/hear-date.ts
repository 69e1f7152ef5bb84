import type { Hearing } from "../corrected-clock.ts";
import { readTime } from "../read-time.ts";

/** What is used of an SDK client here; the types of its stack differ by client. */
export interface Client {
  readonly middlewareStack: { readonly add: (middleware: never, options: never) => void };
}

/** What a transport of the SDK answers. */
interface Answered {
  readonly response?: {
    readonly statusCode?: unknown;
    readonly headers?: { readonly [name: string]: unknown };
  };
}
type Next = (args: unknown) => Promise<Answered>;

/**
 * Hears of every answer, also a refusal, which hour it was at AWS: each says it in its `Date` header. A page of a proxy's
 * (5xx) and an answer out of a cache (`Age`) do not count.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
 */
export function hearDates(client: Client, hearing: Hearing): void {
  const middleware =
    (next: Next): Next =>
    async (args) => {
      const hear = hearing.asked();
      const answered = await next(args);
      hear(dateOf(answered));
      return answered;
    };
  // The lowest of its step stands next to the transport, before errors are thrown.
  client.middlewareStack.add(middleware as never, { step: "deserialize", priority: "low", name: "hearDates" } as never);
}

function dateOf({ response }: Answered): number | null {
  const { statusCode, headers = {} } = response ?? {};
  if (typeof statusCode !== "number" || statusCode >= 500) return null;
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return named.has("age") ? null : readTime(named.get("date"));
}
