import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Verdict } from "../../signal/verdict.ts";
import { createHttpTransport, type Ingested, MOST_MESSAGES, MOST_SIGNALS } from "../../signal/transports/http.ts";
import type { ShowApp, ShowDeps, ShowEnv, ShowOptions } from "../deps.ts";
import { bounded, onlyJson, onlyWith } from "../middleware.ts";
import { Refusal } from "../problem.ts";
import { idOf } from "../view/id.ts";
import { problems } from "./problems.ts";

const PATH = "/api/v1/signals";
/** Seconds; an unavailable store is retried each second. */
const RETRY_AFTER = "2";

const resultSchema = z
  .object({
    message: z.int(),
    is: z.enum(["accepted", "ignored", "rejected", "later"]),
    incidents: z.array(z.string()),
    errors: z.array(z.string()),
    reason: z.string().nullable(),
  })
  .openapi("SignalResult");

const route = createRoute({
  method: "post",
  path: PATH,
  summary: "Hand in one message from AWS, or an array of them",
  request: {
    body: {
      required: true,
      description:
        "As EventBridge, SNS or an Auto Scaling hook sent it; at most 1 MB, 1,000 messages, and 1,000 signals in them",
      // Not a zod schema: the flow reports errors of the body, message by message.
      content: {
        "application/json": {
          schema: { oneOf: [{ type: "object" }, { type: "array", items: {}, minItems: 1, maxItems: MOST_MESSAGES }] },
        },
      },
    },
  },
  responses: {
    202: {
      description: "What was accepted and what was not",
      content: {
        "application/json": {
          schema: z
            .object({
              accepted: z.int(),
              ignored: z.int(),
              rejected: z.int(),
              results: z.array(resultSchema),
            })
            .openapi("Signals"),
        },
      },
    },
    ...problems(400, 401, 403, 413, 415, 503),
  },
});

/** Adds the route for signals. Before the check of readers' tokens, since senders have other tokens. */
export function addSignals(
  app: ShowApp,
  deps: ShowDeps,
  { ingestTokens: tokens = [], trusted = [] }: Pick<ShowOptions, "ingestTokens" | "trusted">,
): void {
  const transport = createHttpTransport({
    accept: deps.accept,
    clock: deps.clock,
    trusted,
    onFailure: (error) => deps.log.error({ err: error }, "a signal that came over HTTP could not be handled"),
  });
  app.on("POST", PATH, tokens.length > 0 ? onlyWith(tokens, "the HTTP source") : turnedOff, onlyJson, bounded);
  app.openapi(route, async (c) => {
    const results = await transport.take(await c.req.text());
    if (results === null)
      throw new Refusal(
        "SK-SHOW-TOO-LARGE",
        `One request takes at most ${MOST_MESSAGES} messages, with ${MOST_SIGNALS} signals in them. Send several.`,
      );
    if (results.length === 0)
      throw new Refusal("SK-SHOW-REQUEST", "The body holds no message. Send one as JSON, or an array of them.");
    const views = results.map(resultView);
    const count = (is: Verdict["is"]): number => results.filter(({ verdict }) => verdict.is === is).length;
    const counts = { accepted: count("accepted"), ignored: count("ignored"), rejected: count("rejected") };
    if (count("later") > 0) {
      throw new Refusal(
        "SK-SHOW-LATER",
        `${count("later")} of ${results.length} messages could not be made durable. Send all of them again: what was accepted is known, and is not handled twice.`,
        { more: { ...counts, later: count("later"), results: views }, headers: { "retry-after": RETRY_AFTER } },
      );
    }
    return c.json({ ...counts, results: views }, 202);
  });
}

const turnedOff: MiddlewareHandler<ShowEnv> = () => {
  throw new Refusal(
    "SK-SHOW-INGEST",
    "No token is configured for signals over HTTP (sources), so none are taken. Configure one, and send it as a bearer token.",
  );
};

function resultView({ number, verdict }: Ingested): z.infer<typeof resultSchema> {
  const view = { message: number, is: verdict.is, incidents: [], errors: [], reason: null };
  switch (verdict.is) {
    case "accepted":
      return { ...view, incidents: verdict.incidents.map(idOf), errors: [...verdict.errors] };
    case "ignored":
    case "later":
      return { ...view, reason: verdict.reason };
    case "rejected":
      return { ...view, reason: verdict.reason, errors: [verdict.message] };
  }
}
