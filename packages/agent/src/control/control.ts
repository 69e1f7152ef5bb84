import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Agent } from "../agent.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Action } from "../notice.ts";
import { noOther, wants } from "../options.ts";
import type { DrainRequest } from "../request.ts";

export interface ControlOptions {
  /** Bearer token for everything that does something, or what it is at the time. Without one only the status is answered. */
  readonly token: string | null | (() => string | null);
  /** The status wants the token too: where others than this machine can reach it. */
  readonly guardStatus?: boolean;
  /** What a `deadline` is compared with; this machine's. */
  readonly clock?: Pick<Clock, "wall">;
}

type Answer = readonly [status: number, body: object];

const LONGEST_BODY = 64 * 1024;

/**
 * Answers `GET /status`, `POST /drain` (also `POST /shutdown/drain`) and `POST /test`, which begins a drill: a drain for
 * real, on a notice that nobody sent.
 *
 * The body of a POST is JSON or nothing: `{"deadlineIn": 120000, "action": "terminate", "detail": "who asks"}`. Where there
 * is no `deadlineIn`, a `deadline` in ISO 8601 is taken, by this machine's clock; for `detail` the `incident` of the
 * controller. The answer is 202 with the status; errors are problem details (RFC 9457).
 *
 * @throws SpotkeeperError `SK-AGENT-OPTION`
 *
 * @example
 * createServer(createControl(agent, { token })).listen(8788, "127.0.0.1");
 */
export function createControl(agent: Agent, options: ControlOptions): RequestListener {
  const { token: tokenOf, guardStatus = false, clock = systemClock, ...unknown } = { ...options };
  noOther("createControl", unknown, ["token", "guardStatus", "clock"]);
  // Without a token nothing can be asked for: whoever wants that says null.
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
    // Health checkers ask by HEAD; Node.js leaves the body out.
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

/** Takes as long whatever is wrong with it, so that a token cannot be guessed letter by letter. */
function same(one: string, other: string): boolean {
  // Loaded with the first token that comes: most processes are never asked.
  const { createHash, timingSafeEqual } = process.getBuiltinModule("node:crypto");
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}

/** What is asked for, or what is wrong with it. */
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
    // A drain begins at once and is over long before.
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

/** Milliseconds until then, none if it has passed; not a number where it is no time. */
function untilOf(deadline: unknown, clock: Pick<Clock, "wall">): number | undefined {
  if (deadline === undefined) return undefined;
  return typeof deadline === "string" ? Math.max(0, Date.parse(deadline) - clock.wall()) : Number.NaN;
}
