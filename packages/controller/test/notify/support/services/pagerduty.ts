import { z } from "zod";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/**
 * PagerDuty's Events API v2 as strict as its documentation: https://developer.pagerduty.com/docs/send-alert-event (fields
 * and their lengths) and https://developer.pagerduty.com/docs/events-api-v2-overview (answers, 512 KB). The schema is
 * https://github.com/PagerDuty/api-schema/blob/main/reference/events-v2/openapiv3.json.
 */
const common = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255) };
const payload = z.strictObject({
  summary: z.string().min(1).max(1_024),
  source: z.string().min(1),
  severity: z.enum(["critical", "error", "warning", "info"]),
  timestamp: z.iso.datetime().optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});
const context = {
  client: z.string().optional(),
  client_url: z.url().optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
};
const event = z.discriminatedUnion("event_action", [
  z.strictObject({ ...common, event_action: z.literal("trigger"), payload, ...context }),
  z.strictObject({ ...common, event_action: z.literal("acknowledge") }),
  z.strictObject({ ...common, event_action: z.literal("resolve"), payload: payload.optional(), ...context }),
]);

export interface PagerDuty extends Receiver {
  readonly endpoint: string;
  readonly routingKey: string;
  /** By dedup_key, all that there ever were: what has become of each. */
  readonly alerts: Map<
    string,
    { state: "triggered" | "acknowledged" | "resolved"; triggers: number; summary: string }[]
  >;
  readonly problems: string[];
}

export async function startPagerDuty(): Promise<PagerDuty> {
  const routingKey = "s3cr3t00s3cr3t00s3cr3t00s3cr3t00";
  const alerts: PagerDuty["alerts"] = new Map();
  const problems: string[] = [];
  const invalid = (...errors: string[]): Reply => ({
    status: 400,
    body: JSON.stringify({ status: "invalid event", message: "Event object is invalid", errors }),
  });
  const accept = (request: Received): Reply => {
    const wrong = problemOf(request);
    const parsed = wrong === null ? event.safeParse(JSON.parse(request.body)) : null;
    const problem = wrong ?? parsed?.error?.message ?? null;
    if (parsed?.data === undefined || problem !== null) {
      problems.push(problem ?? "no event");
      return invalid(problem ?? "");
    }
    if (parsed.data.routing_key !== routingKey) return invalid("Invalid routing key");
    note(alerts, parsed.data);
    const body = { status: "success", message: "Event processed", dedup_key: parsed.data.dedup_key };
    return { status: 202, body: JSON.stringify(body) };
  };
  const receiver = await startReceiver((request, how) => {
    if (how === "ok") return accept(request);
    return how === "denied" ? invalid("Length of 'routing_key' is incorrect (should be 32 characters)") : null;
  });
  return { ...receiver, endpoint: `${receiver.url}/v2/enqueue`, routingKey, alerts, problems };
}

function problemOf({ method, path, headers, body }: Received): string | null {
  if (method !== "POST" || path !== "/v2/enqueue") return `${method} ${path}`;
  if (headers["content-type"]?.startsWith("application/json") !== true) return "not application/json";
  return Buffer.byteLength(body) > 512_000 ? "larger than 512 KB" : null;
}

/** "Event Action Behavior" and "Alert De-Duplication" of the first page above. */
function note(alerts: PagerDuty["alerts"], one: z.output<typeof event>): void {
  const all = alerts.get(one.dedup_key) ?? [];
  const open = all.find(({ state }) => state !== "resolved");
  if (one.event_action === "trigger") {
    if (open === undefined) all.push({ state: "triggered", triggers: 1, summary: one.payload.summary });
    else open.triggers += 1;
    alerts.set(one.dedup_key, all);
  } else if (open !== undefined) {
    open.state = one.event_action === "resolve" ? "resolved" : "acknowledged";
  }
}
