import { z } from "zod";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/**
 * ServiceNow's Table API on the incident table, as strict as its documentation:
 * https://www.servicenow.com/docs/r/australia/api-reference/rest-apis/c_TableAPI.html. Lengths are those of the dictionary at first
 * (https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0685779). Resolving wants a code and notes:
 * https://www.servicenow.com/docs/r/australia/it-service-management/incident-management/resolve-and-close-an-incident.html.
 */
const shown = z.string().min(1).max(4_000);
const level = z.enum(["1", "2", "3"]);
const create = z.strictObject({
  short_description: z.string().min(1).max(160),
  description: shown,
  correlation_id: z.string().min(1).max(100),
  correlation_display: z.string().max(100),
  impact: level,
  urgency: level,
  assignment_group: z.string().length(32).optional(),
});
const update = z.union([
  z.strictObject({
    work_notes: shown,
    state: z.literal("2").optional(),
    impact: level.optional(),
    urgency: level.optional(),
  }),
  z.strictObject({ state: z.literal("6"), close_code: z.literal("Solution provided"), close_notes: shown }),
]);

export interface Incident {
  readonly sys_id: string;
  readonly correlation_id: string;
  state: string;
  readonly notes: string[];
}

export interface ServiceNow extends Receiver {
  readonly user: string;
  readonly password: string;
  readonly incidents: Incident[];
  readonly problems: string[];
  /** Leaves out what it does not understand of a query, as instances do by default. */
  ignoreQueries(): void;
}

export async function startServiceNow(): Promise<ServiceNow> {
  const incidents: Incident[] = [];
  const problems: string[] = [];
  const [user, password] = ["spotkeeper", "s3cr3t:passw0rd"];
  let ignore = false;
  const json = (status: number, result: unknown): Reply => ({ status, body: JSON.stringify({ result }) });
  const isActive = ({ state }: Incident): boolean => state !== "7" && state !== "8";
  const seen = (one: Incident): object => ({
    sys_id: one.sys_id,
    correlation_id: one.correlation_id,
    state: one.state,
    active: String(isActive(one)),
  });
  let created = 0;
  const answer = ({ method, path, headers, body }: Received): Reply => {
    if (headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`)
      return { status: 401 };
    const url = new URL(path, "http://x");
    const [, sysId] = /^\/api\/now\/table\/incident(?:\/([0-9a-f]{32}))?$/.exec(url.pathname) ?? [null];
    const incident = incidents.find((one) => one.sys_id === sysId);
    try {
      if (method === "GET" && sysId === undefined) {
        const query = url.searchParams.get("sysparm_query") ?? "";
        const [, id, open] =
          /^correlation_id=([a-z0-9-]+)(\^active=true\^stateNOT IN6,7,8)?\^ORDERBYsys_created_on$/.exec(query) ?? [];
        if (id === undefined) throw new Error(query);
        const fits = (one: Incident): boolean =>
          one.correlation_id === id && (open === undefined || (isActive(one) && one.state !== "6"));
        return json(200, incidents.filter((one) => ignore || fits(one)).map(seen));
      }
      if (sysId !== undefined && incident === undefined)
        return { status: 404, body: '{"error":{"message":"No Record found","detail":""},"status":"failure"}' };
      if (method === "GET" && incident !== undefined) return json(200, seen(incident));
      if (method === "POST" && sysId === undefined) {
        const { correlation_id } = create.parse(JSON.parse(body));
        const incident: Incident = {
          sys_id: (created++).toString(16).padStart(32, "0"),
          correlation_id,
          state: "1",
          notes: [],
        };
        incidents.push(incident);
        return json(201, seen(incident));
      }
      if (method === "PATCH" && incident !== undefined) {
        const fields = update.parse(JSON.parse(body));
        incident.state = fields.state ?? incident.state;
        incident.notes.push("work_notes" in fields ? fields.work_notes : fields.close_notes);
        return json(200, seen(incident));
      }
      throw new Error("no such operation");
    } catch (error) {
      problems.push(`${method} ${path}: ${String(error)}`);
      return { status: 400, body: JSON.stringify({ error: { message: "wrong", detail: "" }, status: "failure" }) };
    }
  };
  const receiver = await startReceiver((request, how) => (how === "ok" ? answer(request) : null));
  return { ...receiver, user, password, incidents, problems, ignoreQueries: () => (ignore = true) };
}
