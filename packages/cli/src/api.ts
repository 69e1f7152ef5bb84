import { SpotkeeperError } from "@spotkeeper/controller";
import type { Io } from "./io.ts";

/** The request timeout. A worker on this machine answers in milliseconds; its archive can be slower. */
const REQUEST_TIMEOUT = 15_000;
/** The largest answer in bytes. A page of 500 incidents has about 500 kB, a long timeline some MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface Api {
  /** Returns the JSON answer of a running worker. Throws SK-API-UNREACHABLE, SK-API-NOT-FOUND and SK-API-REFUSED. */
  get(path: string, query?: { readonly [name: string]: string }): Promise<unknown>;
  /**
   * Sends a request that changes something; `body` is sent as JSON, undefined for none. Returns and throws as `get`
   * does.
   */
  send(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

export interface ApiOptions {
  /** Throws SK-API-SANDBOX for the answers of a sandbox. */
  readonly refusesSandbox?: boolean;
}

/** Creates a client of a running worker's HTTP API at `url`. It sends the token in `SPOTKEEPER_TOKEN`, if it is set. */
export function createApi(url: string, env: Io["env"], { refusesSandbox = false }: ApiOptions = {}): Api {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new SpotkeeperError("SK-CALL-URL", `--url wants a URL such as http://127.0.0.1:8787.`);
  }
  const token = env["SPOTKEEPER_TOKEN"] ?? "";
  const headers = token === "" ? {} : { authorization: `Bearer ${token}` };

  async function ask(target: URL, init: RequestInit): Promise<unknown> {
    const answer = await reach(target.host, async () => {
      const response = await fetch(target, {
        ...init,
        redirect: "error",
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      });
      if (refusesSandbox && response.headers.get("x-spotkeeper-mode") === "sandbox") throw sandboxError(target.host);
      return { ok: response.ok, status: response.status, text: await readBounded(response) };
    });
    const body = answer.text === null ? undefined : json(answer.text);
    if (answer.ok && body !== undefined) return body;
    throw errorFrom(target.host, answer.status, body);
  }

  return {
    get(path, query = {}) {
      const target = new URL(path, base);
      target.search = new URLSearchParams(query).toString();
      return ask(target, { headers });
    },
    send(method, path, body) {
      const json = body === undefined ? {} : { "content-type": "application/json" };
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      return ask(new URL(path, base), { method, headers: { ...headers, ...json }, ...init });
    },
  };
}

const sandboxError = (host: string): SpotkeeperError =>
  new SpotkeeperError(
    "SK-API-SANDBOX",
    `At ${host} a sandbox answers, not the worker of your config. End the sandbox, or name it with --url if you mean it.`,
  );

async function reach<T>(host: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof SpotkeeperError) throw cause;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const why = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? ` (${inner.code})` : "";
    const advice = "Start one with spotkeeper run, or name another with --url.";
    throw new SpotkeeperError("SK-API-UNREACHABLE", `No worker answers at ${host}${why}. ${advice}`, { cause });
  }
}

/** Reads the body; returns null if it is too long. */
async function readBounded(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Turns an error answer (problem details, RFC 9457) into an error; for 401 it names the variable of the token. */
function errorFrom(host: string, status: number, body: unknown): SpotkeeperError {
  const detail = typeof body === "object" && body !== null && "detail" in body ? String(body.detail) : "";
  const advice = status === 401 ? " Put its token into SPOTKEEPER_TOKEN." : "";
  if (status === 404 && detail !== "") return new SpotkeeperError("SK-API-NOT-FOUND", `${host} says: ${detail}`);
  const said = detail === "" ? "that is no worker of Spotkeeper" : detail;
  return new SpotkeeperError("SK-API-REFUSED", `${host} answered ${status}: ${said}${advice}`);
}
