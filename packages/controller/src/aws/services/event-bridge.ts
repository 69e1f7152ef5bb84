import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { BusEvent, EventBridgeCalls } from "../calls/event-bridge.ts";
import { classify } from "../classify.ts";
import { limits } from "../limits.ts";
import { type ServiceDeps, single } from "./service.ts";

const operation = { service: "events", name: "PutEvents" } as const;

/**
 * Creates the calls to EventBridge. A call succeeds even if an entry failed; then the entry has an error code.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function createEventBridge({ lanes, clients }: ServiceDeps): EventBridgeCalls {
  const put = single<{ readonly bus: string; readonly event: BusEvent }, { eventId: string | null }>(
    { ...operation, limit: limits.putEvents, share: "never" },
    async ({ bus, event }, at, abortSignal) => {
      const { source, detailType, detail, resources } = event;
      const entry = {
        EventBusName: bus,
        Source: source,
        DetailType: detailType,
        Detail: detail,
        Resources: [...resources],
      };
      const answer = await clients.eventBridge(at).send(new PutEventsCommand({ Entries: [entry] }), { abortSignal });
      const [result] = answer.Entries ?? [];
      if (result?.ErrorCode !== undefined)
        throw classify(asAnswer(result.ErrorCode, result.ErrorMessage ?? ""), operation);
      return { eventId: result?.EventId ?? null };
    },
  );
  return { put: (at, bus, event, ask) => lanes.ask(at, put, "", { bus, event }, ask) };
}

/** Converts an entry's error to the error that a single call would have; only `Internal…` is a server error. */
const asAnswer = (name: string, message: string): object => ({
  name,
  message,
  $fault: "client",
  $metadata: { httpStatusCode: name.startsWith("Internal") ? 500 : 400 },
});
