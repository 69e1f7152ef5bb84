import { z } from "zod";
import { type Received, type Receiver, type Reply, startReceiver } from "../receiver.ts";

/**
 * The integration events of Jira Service Management and Opsgenie's Alert API, which are alike, as strict as documented:
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events/ and
 * https://docs.opsgenie.com/docs/alerts-and-alert-fields (lengths). By alias: https://jira.atlassian.com/browse/JSDCLOUD-14179.
 */
const create = z.strictObject({
  message: z.string().min(1).max(130),
  alias: z.string().min(1).max(512),
  description: z.string().max(15_000),
  entity: z.string().max(512),
  source: z.string().max(100),
  tags: z.array(z.string().max(50)).max(20),
  priority: z.enum(["P1", "P2", "P3", "P4", "P5"]),
});
const noted = z.strictObject({ note: z.string().min(1).max(15_000), source: z.string().max(100) });

export interface Genie extends Receiver {
  readonly key: string;
  /** By alias, all that there ever were. "There can be only one alert with open status with the same alias." */
  readonly alerts: Map<string, { state: "open" | "closed"; count: number; notes: number }[]>;
  readonly problems: string[];
}

/** @param base what the path begins with */
export async function startGenie(base: string): Promise<Genie> {
  const key = "s3cr3t-genie-key";
  const alerts: Genie["alerts"] = new Map();
  const problems: string[] = [];
  const accept = ({ method, path, headers, body }: Received): Reply => {
    if (headers.authorization !== `GenieKey ${key}`)
      return { status: 401, body: '{"message":"Could not authenticate"}' };
    try {
      if (method !== "POST" || !path.startsWith(`${base}/v2/alerts`)) throw new Error("no such operation");
      note(alerts, path.slice(`${base}/v2/alerts`.length), JSON.parse(body));
      const answer = {
        result: "Request will be processed",
        took: 0.1,
        requestId: "43a29c5c-3dbf-4fa4-9c26-f4f71023e120",
      };
      return { status: 202, body: JSON.stringify(answer) };
    } catch (error) {
      problems.push(`${method} ${path}: ${String(error)}`);
      return { status: 422, body: '{"message":"Request body is not processable"}' };
    }
  };
  const receiver = await startReceiver((request, how) => (how === "ok" ? accept(request) : null));
  return { ...receiver, key, alerts, problems };
}

function note(alerts: Genie["alerts"], path: string, body: unknown): void {
  if (path === "") {
    const { alias } = create.parse(body);
    const all = alerts.get(alias) ?? [];
    const open = all.find(({ state }) => state === "open");
    if (open === undefined) alerts.set(alias, [...all, { state: "open", count: 1, notes: 0 }]);
    else open.count += 1;
    return;
  }
  const [, alias = "", what] = /^\/([^/?]+)\/(notes|close)\?identifierType=alias$/.exec(path) ?? [];
  if (what === undefined) throw new Error("no such operation");
  noted.parse(body);
  const one = alerts.get(alias)?.find(({ state }) => state === "open");
  if (one === undefined) return;
  one.notes += 1;
  if (what === "close") one.state = "closed";
}
