import type { CallLog } from "./call-recorder.ts";
import type { Faults } from "./faults.ts";
import { parseFault } from "./faults.ts";
import type { Clock, JsonObject } from "./operation.ts";
import type { Queues } from "./services/queues.ts";
import type { Topics } from "./services/sns.ts";
import type { HttpRequest, HttpResponse } from "./wire/http.ts";
import { bodyText, textResponse } from "./wire/http.ts";
import { writeJson } from "./wire/json.ts";

export interface ControlParts {
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly describeWorld: (() => JsonObject) | undefined;
}

/**
 * Answers the simulator's own requests: `GET /_sim/calls?service=&operation=&outcome=`, `GET|POST|DELETE /_sim/faults`,
 * `GET /_sim/clock`, `GET /_sim/state`. An error is `{error}` with a sentence.
 */
export function controlAnswer(request: HttpRequest, parts: ControlParts): HttpResponse {
  const url = new URL(request.path, "http://localhost");
  switch (`${request.method} ${url.pathname}`) {
    case "GET /_sim/calls":
      return json(200, { counts: parts.calls.counts(), calls: selectCalls(parts.calls, url.searchParams) });
    case "GET /_sim/faults":
      return json(200, { faults: listFaults(parts.faults) });
    case "POST /_sim/faults":
      return addFault(request, parts.faults);
    case "DELETE /_sim/faults":
      parts.faults.clear();
      return json(200, { faults: [] });
    case "GET /_sim/clock":
      return json(200, { now: parts.clock.now(), iso: new Date(parts.clock.now()).toISOString() });
    case "GET /_sim/state":
      return json(200, {
        world: parts.describeWorld?.() ?? {},
        queues: parts.queues.all().map(({ account, region, name, depth }) => ({ account, region, name, ...depth() })),
        published: parts.topics.published().length,
        callsInFlight: parts.calls.inFlight(),
      });
    default:
      return json(404, { error: `The simulator has no ${request.method} ${url.pathname}.` });
  }
}

function selectCalls(calls: CallLog, query: URLSearchParams): JsonObject[] {
  const filters = ["service", "operation", "outcome", "account", "region"] as const;
  const asked = filters.flatMap((name) => (query.has(name) ? [[name, query.get(name)] as const] : []));
  return calls
    .recent()
    .filter((call) => asked.every(([name, value]) => call[name] === value))
    .map((call) => ({ ...call }));
}

function listFaults(faults: Faults): JsonObject[] {
  return faults.list().map(({ fault, met }) => ({ ...(fault as unknown as JsonObject), met }));
}

function addFault(request: HttpRequest, faults: Faults): HttpResponse {
  try {
    const body: unknown = JSON.parse(bodyText(request.body));
    if (typeof body !== "object" || body === null) throw new RangeError("A fault must be a JSON object.");
    faults.add(parseFault(body as JsonObject));
    return json(201, { faults: listFaults(faults) });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
    return json(400, { error: error.message });
  }
}

function json(status: number, value: JsonObject): HttpResponse {
  return textResponse(status, "application/json", writeJson(value, {}));
}
