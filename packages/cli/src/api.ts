import { SpotkeeperError } from "@spotkeeper/controller";
import type { Io } from "./io.ts";

/** A worker on this machine answers in milliseconds; its archive can be slower. */
const WITHIN = 15_000;
/** A page of 500 incidents has some 500 kB, a long timeline some MB. */
const LARGEST = 32 * 1024 * 1024;

export interface Api {
  /** The JSON that a running worker answers. Throws SK-API-UNREACHABLE, SK-API-NOT-FOUND and SK-API-REFUSED. */
  get(path: string, query?: { readonly [name: string]: string }): Promise<unknown>;
  /** The same for a request that changes something; `body` is sent as JSON, undefined for none. */
  send(method: "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

/** The HTTP API of a running worker at `url`; `SPOTKEEPER_TOKEN` is its token, where it wants one. */
export function createApi(url: string, env: Io["env"]): Api {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new SpotkeeperError("SK-CALL-URL", `--url wants a URL such as http://127.0.0.1:8787.`);
  }
  const token = env["SPOTKEEPER_TOKEN"] ?? "";
  const headers = token === "" ? {} : { authorization: `Bearer ${token}` };

  async function ask(target: URL, init: RequestInit): Promise<unknown> {
    const answer = await reach(target.host, async () => {
      const response = await fetch(target, { ...init, redirect: "error", signal: AbortSignal.timeout(WITHIN) });
      return { ok: response.ok, status: response.status, text: await bounded(response) };
    });
    const body = answer.text === null ? undefined : json(answer.text);
    if (answer.ok && body !== undefined) return body;
    throw refused(target.host, answer.status, body);
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

async function reach<T>(host: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const why = inner instanceof Error && "code" in inner && typeof inner.code === "string" ? ` (${inner.code})` : "";
    const advice = "Start one with spotkeeper run, or name another with --url.";
    throw new SpotkeeperError("SK-API-UNREACHABLE", `No worker answers at ${host}${why}. ${advice}`, { cause });
  }
}

/** Null for an answer that is too long. */
async function bounded(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > LARGEST) return null;
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

/** Problems are told as RFC 9457 has them; a token that is wanted is asked for by the name of its variable. */
function refused(host: string, status: number, body: unknown): SpotkeeperError {
  const detail = typeof body === "object" && body !== null && "detail" in body ? String(body.detail) : "";
  const advice = status === 401 ? " Put its token into SPOTKEEPER_TOKEN." : "";
  if (status === 404 && detail !== "") return new SpotkeeperError("SK-API-NOT-FOUND", `${host} says: ${detail}`);
  const said = detail === "" ? "that is no worker of Spotkeeper" : detail;
  return new SpotkeeperError("SK-API-REFUSED", `${host} answered ${status}: ${said}${advice}`);
}
