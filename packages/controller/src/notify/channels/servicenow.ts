import { z } from "zod";
import type { AlertModel, Channel, SendResult } from "../alert.ts";
import type { ChannelDeps, ChannelFactory } from "./channel.ts";
import { type Asked, exchange, wantedJson } from "./support/exchange.ts";
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
/** Closed and canceled: such a record is read-only, and nobody reads news in it. */
const CLOSED: ReadonlySet<string> = new Set(["7", "8"]);
/** Impact and urgency, 1 (high) to 3 (low); ServiceNow derives the priority from both. */
const WEIGHT: { readonly [S in AlertModel["severity"]]: string } = { critical: "1", warning: "2", info: "3" };

/** Stored with the alert, and used in a path, so the format is checked. */
const sysId = z.string().regex(/^[0-9a-f]{32}$/);
const record = z.object({
  sys_id: sysId,
  correlation_id: z.string(),
  // Empty where the user may not read them.
  state: z.string().default(""),
  active: z.string().default(""),
});
type Incident = z.output<typeof record>;
const ROWS = wantedJson("ServiceNow's JSON with a list of records", z.object({ result: z.array(record) }));
const ROW = wantedJson("ServiceNow's JSON with a record", z.object({ result: record }));
const ours = z.object({ sysId });

const isClosed = ({ state, active }: Incident): boolean => active === "false" || CLOSED.has(state);

/**
 * Keeps one record of the incident table for each alert, by the Table API
 * (https://www.servicenow.com/docs/r/australia/api-reference/rest-apis/c_TableAPI.html). `correlation_id` is the
 * alert's id, by which the record is searched before it is created. If it was deleted, or closed before the alert is over,
 * another one is created.
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
        const known = ours.safeParse(previous).data?.sysId ?? null;
        const told = known === null ? "dead" : await tell(table, model, known, options, signal);
        if (told !== "dead") return told;
        const looked = await table.find(alertId(model), model.phase === "outcome", signal);
        if ("failed" in looked) return looked.failed;
        const found = looked.value === known ? null : looked.value;
        if (found !== null && model.phase === "receipt") return sentAs(found);
        const retold = found === null ? "dead" : await tell(table, model, found, options, signal);
        if (retold !== "dead") return retold;
        const created = await table.write(null, newIncident(model, options), signal);
        if ("failed" in created) return created.failed;
        // A new record has the complete content; it is only resolved if the alert is over.
        if (model.phase !== "outcome") return sentAs(created.value);
        const ended = await tell(table, model, created.value, options, signal);
        return ended === "dead" ? sentAs(created.value) : ended;
      }),
    };
  },
};

const sentAs = (id: string): SendResult => ({ is: "sent", receipt: { sysId: id } });

interface Table {
  /** Returns the sys_id of the open incident with this correlation id, or of any; null if there is none. */
  find(correlationId: string, closedToo: boolean, signal: AbortSignal): Promise<Asked<string | null>>;
  read(sysId: string, signal: AbortSignal): Promise<Asked<Incident>>;
  /** @param sysId null for a new one */
  write(sysId: string | null, fields: object, signal: AbortSignal): Promise<Asked<string>>;
}

function tableOf(http: Http, base: string, headers: HttpRequest["headers"]): Table {
  const table = new URL("/api/now/table/incident", base).href;
  // Only these fields: a whole incident may exceed the size limit of answers.
  const only = "?sysparm_fields=sys_id,correlation_id,state,active";
  const get = { method: "GET", headers, body: null } as const;
  const at = (id: string): string => `${table}/${encodeURIComponent(id)}${only}`;
  return {
    async find(id, closedToo, signal) {
      const open = closedToo ? "" : `^active=true^stateNOT IN${[RESOLVED, ...CLOSED].join(",")}`;
      const query = encodeURIComponent(`correlation_id=${id}${open}^ORDERBYsys_created_on`);
      const url = `${table}${only}&sysparm_limit=10&sysparm_query=${query}`;
      const asked = await exchange(http, { ...get, url }, ROWS, signal);
      if ("failed" in asked) return asked;
      // Checked again, since an instance ignores parts of a query that it does not understand, and then returns other
      // incidents.
      const fits = (one: Incident): boolean =>
        one.correlation_id === id && (closedToo || (!isClosed(one) && one.state !== RESOLVED));
      return { value: asked.value.result.find(fits)?.sys_id ?? null };
    },
    async read(id, signal) {
      const asked = await exchange(http, { ...get, url: at(id) }, ROW, signal);
      return "failed" in asked ? asked : { value: asked.value.result };
    },
    async write(sysId, fields, signal) {
      const request =
        sysId === null
          ? jsonRequest("POST", `${table}${only}`, fields, headers)
          : jsonRequest("PATCH", at(sysId), fields, headers);
      const asked = await exchange(http, request, ROW, signal);
      return "failed" in asked ? asked : { value: asked.value.result.sys_id };
    },
  };
}

/** `dead`: the record was deleted, or it was closed and this is news, so that there must be another one. */
async function tell(
  table: Table,
  model: AlertModel,
  id: string,
  options: ServiceNowOptions,
  signal: AbortSignal,
): Promise<SendResult | "dead"> {
  const read = await table.read(id, signal);
  if ("failed" in read) return read.gone ? "dead" : read.failed;
  const over = model.phase === "outcome";
  const closed = isClosed(read.value);
  if (closed && !over) return "dead";
  const fields =
    model.closes && !closed ? resolution(model, options) : note(model, !closed && read.value.state === RESOLVED);
  const written = await table.write(id, fields, signal);
  return "failed" in written ? written.failed : sentAs(id);
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
