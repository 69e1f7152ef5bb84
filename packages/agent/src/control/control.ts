import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Agent } from "../agent.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Action } from "../notice.ts";
import { noOther, wants } from "../options.ts";
import type { DrainRequest } from "../drain/drain-request.ts";

export interface ControlOptions {
  /**
   * The bearer token for all routes that start something, or a function that returns the current one. With null only
   * the status is answered.
   */
  readonly token: string | null | (() => string | null);
  /** Whether the status needs the token too: set it where other machines can reach it. */
  readonly guardStatus?: boolean;
  /** The clock that a `deadline` is compared with; default: this machine's. */
  readonly clock?: Pick<Clock, "wall">;
}

type Answer = readonly [status: number, body: object];

const LONGEST_BODY = 64 * 1024;

/**
 * Answers `GET /status`, `POST /drain` (also `POST /shutdown/drain`) and `POST /test`, which starts a drill: a real
 * drain without a real notice.
 *
 * The body of a POST is JSON or empty: `{"deadlineIn": 120000, "action": "terminate", "detail": "who asks"}`. Without
 * `deadlineIn`, a `deadline` in ISO 8601 counts, by this machine's clock; without `detail`, the controller's
 * `incident`. The answer is 202 with the status; errors are problem details (RFC 9457).
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 *
 * @example
 * createServer(createControl(agent, { token })).listen(8788, "127.0.0.1");
 */
export function createControl(agent: Agent, options: ControlOptions): RequestListener {
  const { token: tokenOf, guardStatus = false, clock = systemClock, ...unknown } = { ...options };
  noOther("createControl", unknown, ["token", "guardStatus", "clock"]);
  // `token` must be given explicitly: null switches the POST routes off.
  wants(tokenOf !== undefined, "createControl", tokenOf, "a token, or null");
  const drains =
    (drill: boolean) =>
    async (request: IncomingMessage): Promise<Answer> => {
      const asked = await requestOf(request, clock);
      if (typeof asked === "string") return problem(400, "SK-AGENT-CONTROL-BODY", `${asked}.`);
      void agent.drain({ ...asked, drill });
      return [202, agent.status()];
    };
  const routes: { readonly [route: string]: (request: IncomingMessage) => Promise<Answer> } = {
    "GET /status": async () => [200, agent.status()],
    "POST /drain": drains(false),
    "POST /shutdown/drain": drains(false),
    "POST /test": drains(true),
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    // Health checks may use HEAD; Node.js then leaves out the body.
    const route = `${request.method === "HEAD" ? "GET" : request.method} ${path}`;
    const act = routes[route];
    if (act === undefined) {
      const known = Object.keys(routes).join(", ");
      return problem(404, "SK-AGENT-CONTROL-PATH", `There is ${known}.`);
    }
    if (route !== "GET /status" || guardStatus) {
      const token = typeof tokenOf === "function" ? tokenOf() : tokenOf;
      if (token === null)
        return problem(
          403,
          "SK-AGENT-CONTROL-OFF",
          "No token is set (SPOTKEEPER_AGENT_TOKEN, or token), so nothing can be asked for.",
        );
      if (!same(request.headers.authorization ?? "", `Bearer ${token}`)) {
        return problem(401, "SK-AGENT-CONTROL-TOKEN", "The bearer token is missing or wrong.");
      }
    }
    return act(request);
  };

  return (request, response) => {
    answer(request).then(
      (one) => send(response, one),
      () => send(response, problem(400, "SK-AGENT-CONTROL-BODY", "The body could not be read.")),
    );
  };
}

function send(response: ServerResponse, [status, body]: Answer): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  const challenge = status === 401 ? { "www-authenticate": "Bearer" } : {};
  response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...challenge });
  response.end(JSON.stringify(body));
}

const problem = (status: number, code: string, detail: string): Answer => [status, { status, code, detail }];

/** Compares in constant time, so that a token cannot be guessed letter by letter. */
function same(one: string, other: string): boolean {
  // Loaded when the first token arrives: most processes never need it.
  const { createHash, timingSafeEqual } = process.getBuiltinModule("node:crypto");
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}

/** Returns the request, or a text that says what is wrong with it. */
async function requestOf(request: IncomingMessage, clock: Pick<Clock, "wall">): Promise<DrainRequest | string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_BODY) return `The body has more than ${LONGEST_BODY} characters`;
  }
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "The body is not JSON. It wants an object, or nothing";
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return "The body wants a JSON object, or nothing";
  const { deadline, action, incident, ...more } = body as { readonly [field: string]: unknown };
  const { deadlineIn = untilOf(deadline, clock), detail = incident } = more;
  const asked: { deadlineIn?: number; action?: Action; detail?: string } = {};
  if (deadlineIn !== undefined) {
    if (typeof deadlineIn !== "number" || !(deadlineIn >= 0))
      return "deadlineIn wants milliseconds, and deadline a time in ISO 8601";
    // A drain begins at once and takes far less than a day.
    asked.deadlineIn = Math.min(deadlineIn, 86_400_000);
  }
  if (action !== undefined) {
    if (action !== "terminate" && action !== "stop" && action !== "hibernate")
      return "action wants terminate, stop or hibernate";
    asked.action = action;
  }
  if (detail !== undefined) {
    if (typeof detail !== "string") return "detail wants a text";
    asked.detail = detail.slice(0, 200);
  }
  return asked;
}

/** Returns the milliseconds until the deadline, 0 if it has passed, NaN if it is not a time. */
function untilOf(deadline: unknown, clock: Pick<Clock, "wall">): number | undefined {
  if (deadline === undefined) return undefined;
  return typeof deadline === "string" ? Math.max(0, Date.parse(deadline) - clock.wall()) : Number.NaN;
}
