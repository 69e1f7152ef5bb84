import { z } from "zod";
import type { AlertModel, Channel, SendResult } from "../alert.ts";
import type { ChannelDeps, ChannelFactory } from "./channel.ts";
import { type Asked, exchange, isGone } from "./support/exchange.ts";
import type { Http, HttpRequest } from "../../http/http.ts";
import { jsonRequest } from "../../http/json-request.ts";
import { allow as allowed, reference } from "./support/options.ts";
import { escapeJournal } from "../render/escape-journal.ts";
import { renderText } from "../render/text.ts";
import { alertId, titleOf } from "../render/ticket.ts";
import { sendWith } from "./support/secrets.ts";

export interface ServiceNowOptions {
  readonly type: "servicenow";
  /** `https://<instance>.service-now.com` */
  readonly url: string;
  readonly username: string;
  /** A reference to the password of that user. */
  readonly password: string;
  /** One of the instance's resolution codes. */
  readonly closeCode: string;
  /** More fields of a new incident: caller_id, assignment_group (as sys_id), category. */
  readonly fields?: { readonly [name: string]: string } | undefined;
  readonly allow?: readonly string[] | undefined;
}

/**
 * Default lengths of fields of an instance. The platform accepts more than documented
 * (https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0685779), but instances may enforce them.
 */
const LONGEST_TITLE = 160;
const MOST_BYTES = 4_000;
/** https://github.com/api-evangelist/servicenow/blob/main/json-schema/servicenow-incident-schema.json ("state") */
const IN_PROGRESS = "2";
const RESOLVED = "6";
/** Impact and urgency, 1 (high) to 3 (low); ServiceNow derives the priority from both. */
const WEIGHT: { readonly [S in AlertModel["severity"]]: string } = { critical: "1", warning: "2", info: "3" };

/** Stored with the alert, and used in a path, so the format is checked. */
const sysId = z.string().regex(/^[0-9a-f]{32}$/);
const rows = z.object({ result: z.array(z.object({ sys_id: sysId, correlation_id: z.string() })) });
const row = z.object({ result: z.object({ sys_id: sysId }) });
const ours = z.object({ sysId, resolved: z.boolean() });
type Receipt = z.output<typeof ours>;

/**
 * Keeps one record of the incident table for each alert, by the Table API
 * (https://www.servicenow.com/docs/r/australia/api-reference/rest-apis/c_TableAPI.html). `correlation_id` is the
 * alert's id, by which the record is searched before it is created.
 */
export const servicenowChannel: ChannelFactory<z.ZodType<ServiceNowOptions>> = {
  options: z.strictObject({
    type: z.literal("servicenow"),
    url: z.url(),
    username: z
      .string()
      .min(1)
      .regex(/^[^:]*$/, "wants a user name without a colon"),
    password: reference,
    closeCode: z.string().min(1),
    fields: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/, "wants the name of a field"), z.string()).optional(),
    allow: allowed,
  }),
  create(options: ServiceNowOptions, deps: ChannelDeps): Channel {
    const http = deps.http(options.allow ?? []);
    return {
      // Each update is one more work note.
      updates: "material",
      pace: null,
      send: sendWith(deps.secret, { password: options.password }, async ({ password }, model, previous, signal) => {
        const login = Buffer.from(`${options.username}:${password}`).toString("base64");
        const table = tableOf(http, options.url, { authorization: `Basic ${login}`, accept: "application/json" });
        const known = ours.safeParse(previous).data;
        if (known !== undefined) {
          const told = await tell(table, model, known, options, signal);
          // A person has deleted the record: another is made.
          if (told !== "gone") return told;
        }
        const looked = await table.find(alertId(model), signal);
        if ("failed" in looked) return looked.failed;
        const created = looked.value ?? (await table.write(null, newIncident(model, options), signal));
        if (typeof created !== "string" && "failed" in created) return created.failed;
        const receipt = { sysId: typeof created === "string" ? created : created.value, resolved: false };
        // A new record has the complete content, unless the alert is over; a found record may be from an earlier send.
        const news = model.phase === "outcome" || (looked.value !== null && model.phase === "update");
        const told = news ? await tell(table, model, receipt, options, signal) : ({ is: "sent", receipt } as const);
        return told === "gone" ? { is: "retry", reason: "the record was deleted at this moment", after: null } : told;
      }),
    };
  },
};

interface Table {
  /** Returns the sys_id of the incident with this correlation id that is not closed; null if there is none. */
  find(correlationId: string, signal: AbortSignal): Promise<Asked<string | null>>;
  /** @param sysId null for a new one */
  write(sysId: string | null, fields: object, signal: AbortSignal): Promise<Asked<string>>;
}

function tableOf(http: Http, base: string, headers: HttpRequest["headers"]): Table {
  const table = new URL("/api/now/table/incident", base).href;
  // Only these fields: a whole incident may exceed the size limit of answers.
  const only = "?sysparm_fields=sys_id,correlation_id";
  return {
    async find(id, signal) {
      const query = encodeURIComponent(`correlation_id=${id}^active=true^ORDERBYsys_created_on`);
      const url = `${table}${only}&sysparm_limit=10&sysparm_query=${query}`;
      const asked = await exchange(http, { method: "GET", url, headers, body: null }, rows, signal);
      // Checked again, since an instance ignores parts of a query that it does not understand, and then returns other
      // incidents.
      return "failed" in asked
        ? asked
        : { value: asked.value.result.find((one) => one.correlation_id === id)?.sys_id ?? null };
    },
    async write(sysId, fields, signal) {
      const request =
        sysId === null
          ? jsonRequest("POST", `${table}${only}`, fields, headers)
          : jsonRequest("PATCH", `${table}/${encodeURIComponent(sysId)}${only}`, fields, headers);
      const asked = await exchange(http, request, row, signal);
      return "failed" in asked ? asked : { value: asked.value.result.sys_id };
    },
  };
}

async function tell(
  table: Table,
  model: AlertModel,
  { sysId, resolved }: Receipt,
  options: ServiceNowOptions,
  signal: AbortSignal,
): Promise<SendResult | "gone"> {
  const over = model.phase === "outcome";
  const written = await table.write(sysId, over ? resolution(model, options) : note(model, resolved), signal);
  if (isGone(written)) return "gone";
  return "failed" in written ? written.failed : { is: "sent", receipt: { sysId, resolved: over } };
}

const textOf = (model: AlertModel): string =>
  escapeJournal(renderText(model, { mostMembers: 200, mostBytes: MOST_BYTES }).join("\n"));

/** Makes the fields of a new incident. Pure. */
export const newIncident = (model: AlertModel, { fields = {} }: Pick<ServiceNowOptions, "fields">): object => ({
  ...fields,
  short_description: escapeJournal(titleOf(model, LONGEST_TITLE)),
  description: textOf(model),
  correlation_id: alertId(model),
  correlation_display: "Spotkeeper",
  impact: WEIGHT[model.severity],
  urgency: WEIGHT[model.severity],
});

const note = (model: AlertModel, reopens: boolean): object => ({
  work_notes: textOf(model),
  // Not lowered again: people may have raised them.
  ...(model.raised ? { impact: WEIGHT[model.severity], urgency: WEIGHT[model.severity] } : {}),
  ...(reopens ? { state: IN_PROGRESS } : {}),
});

const resolution = (model: AlertModel, { closeCode }: ServiceNowOptions): object => ({
  state: RESOLVED,
  close_code: closeCode,
  close_notes: textOf(model),
});
