import { z } from "zod";
import type { AlertModel, Channel } from "../alert.ts";
import type { ChannelDeps, ChannelFactory } from "./channel.ts";
import type { HttpOutcome } from "../../http/http.ts";
import { jsonRequest } from "../../http/json-request.ts";
import { allow as allowed, reference } from "./support/options.ts";
import { fit } from "../render/fit.ts";
import type { Part } from "../render/parts.ts";
import { placeOf, titleOf } from "../render/ticket.ts";
import { idOf, idsOf, raisedBefore, raisedBy } from "./support/raised.ts";
import { type Accepted, acceptedJson, badCredentials, ofHttp } from "./support/result.ts";
import { sendWith } from "./support/secrets.ts";

export interface PagerDutyOptions {
  readonly type: "pagerduty";
  /** A reference to the integration key of an Events API v2 integration. */
  readonly routingKey: string;
  /** Acknowledge alerts that need no action by people. This stops escalation, so it is off by default. */
  readonly acknowledge: boolean;
  /** URL for events; the EU service region has another. */
  readonly url: string;
  readonly allow?: readonly string[] | undefined;
}

/** https://developer.pagerduty.com/docs/send-alert-event ("Endpoint"; "Parameters" for the limits) */
const US = "https://events.pagerduty.com/v2/enqueue";
const LONGEST_SUMMARY = 1_024;
/** "Events API payloads are limited to 512 KB": https://developer.pagerduty.com/docs/events-api-v2-overview#size-limits */
const MOST_BYTES = 512_000;

/** `{"status": "success", "message": "Event processed", "dedup_key": "…"}`: https://developer.pagerduty.com/docs/events-api-v2-overview#response-codes--retry-logic */
const PROCESSED: Accepted = acceptedJson(
  "PagerDuty's JSON with status success",
  z.object({ status: z.literal("success") }),
);

export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: "trigger" | "acknowledge" | "resolve";
  readonly dedup_key: string;
  readonly [field: string]: unknown;
}

/**
 * Opens, updates and resolves one PagerDuty alert for each alert, by `dedup_key`: a repetition updates the open alert, and
 * notifies nobody. If it gets worse, another PagerDuty alert is opened; all are resolved at the end.
 */
export const pagerdutyChannel: ChannelFactory<z.ZodType<PagerDutyOptions>> = {
  options: z.strictObject({
    type: z.literal("pagerduty"),
    routingKey: reference,
    acknowledge: z.boolean().default(false),
    url: z.url().default(US),
    allow: allowed,
  }),
  create({ routingKey, acknowledge, url, allow = [] }: PagerDutyOptions, deps: ChannelDeps): Channel {
    const http = deps.http(allow);
    return {
      // Each update is one more entry in the alert's log.
      updates: "material",
      pace: null,
      send: sendWith(deps.secret, { routingKey }, async ({ routingKey: key }, model, previous, signal) => {
        const raised = raisedBy(model, raisedBefore(previous));
        for (const event of eventsOf(model, key, acknowledge, raised)) {
          const outcome = await http(jsonRequest("POST", url, event), signal);
          const result = isUnknownKey(outcome)
            ? badCredentials("answered 400: the routing key is not known; check its routingKey")
            : ofHttp(outcome, PROCESSED);
          if (result.is !== "sent") return result;
        }
        return { is: "sent", receipt: { dedupKey: idOf(model, raised), raised } };
      }),
    };
  },
};

/**
 * Makes the events to send. Pure. If the second fails, both are repeated: the first then updates the alert that it
 * opened.
 */
export function eventsOf(
  model: AlertModel,
  routingKey: string,
  acknowledge: boolean,
  raised: number = 0,
): readonly PagerDutyEvent[] {
  const to = { routing_key: routingKey, dedup_key: idOf(model, raised) };
  const over = model.closes;
  const event = fit(
    model,
    (parts): PagerDutyEvent => ({ ...to, event_action: over ? "resolve" : "trigger", ...contentOf(model, parts) }),
    (one) => Buffer.byteLength(JSON.stringify(one)) <= MOST_BYTES,
  );
  if (over)
    return [
      event,
      ...idsOf(model, raised)
        .slice(1)
        .map((id) => ({ routing_key: routingKey, dedup_key: id, event_action: "resolve" as const })),
    ];
  const handled = acknowledge && model.phase === "receipt" && model.ask.length === 0;
  return handled ? [event, { ...to, event_action: "acknowledge" }] : [event];
}

/** https://developer.pagerduty.com/docs/send-alert-event; PagerDuty shows all of it as text. */
function contentOf(model: AlertModel, parts: readonly Part[]): object {
  const link = model.link === null ? {} : { client_url: model.link, links: [{ href: model.link, text: "Incident" }] };
  return {
    payload: {
      summary: titleOf(model, LONGEST_SUMMARY),
      source: placeOf(model),
      severity: model.severity,
      timestamp: new Date(model.openedAt).toISOString(),
      ...(model.group.group === null ? {} : { group: model.group.group }),
      class: model.members[0]?.kinds[0] ?? "interruption",
      custom_details: Object.fromEntries(parts.map(({ title, lines, rest }) => [title, textOf(lines, rest)])),
    },
    client: "Spotkeeper",
    ...link,
  };
}

const textOf = (lines: readonly string[], rest: string | null): string =>
  [...lines, ...(rest === null ? [] : [rest])].join("\n");

/** PagerDuty has no 401 here: "400: Length of 'routing_key' is incorrect (should be 32 characters)". */
const isUnknownKey = (outcome: HttpOutcome): boolean =>
  outcome.is === "answer" && outcome.status === 400 && /routing.?key/i.test(outcome.text);
