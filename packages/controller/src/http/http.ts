import type { LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, type Dispatcher, ProxyAgent, request } from "undici";
import type { Clock, Ms } from "../clock.ts";
import { type Addresses, createAddresses, isInternalName, plainAddress } from "./addresses.ts";
import { NO_PROXIES, type Proxies, type Proxy } from "./proxy.ts";
import { whyNoTunnel, whyUnreachableDirectly } from "./reason.ts";

/** Resolves a name to all its addresses: `lookup` of node:dns. */
export type Lookup = (
  name: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface HttpDeps {
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** None by default. */
  readonly proxies?: Proxies;
}

export interface HttpAnswer {
  readonly is: "answer";
  readonly status: number;
  readonly retryAfter: Ms | null;
  /** The body, cut at 64 kB. It may contain secrets that were sent, so it is never shown as it is. */
  readonly text: string;
  /** False if the body was cut, or the connection ended before the body did. */
  readonly whole: boolean;
  /** Returns a header of the answer by its name in small letters; null if it has none. */
  readonly header: (name: string) => string | null;
}

export type HttpOutcome = HttpAnswer | { readonly is: "failed"; readonly reason: string; readonly retryable: boolean };

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** Null: no body. */
  readonly body: string | null;
}

/** Makes one request. Never rejects, never follows a redirect; reads at most 64 kB of the answer. */
export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpOutcome>;

const LARGEST_ANSWER = 64 * 1024;
const CONNECT_WITHIN: Ms = 5_000;
const ANSWER_WITHIN: Ms = 10_000;

/** An address that may not be connected to; the message is for people. */
class AddressRefused extends Error {}

/**
 * Creates HTTP clients for URLs of the config, which must not reach internal addresses: only https, and no private,
 * loopback, link-local or metadata address, unless the user's allow list contains it. The resolved address is checked
 * at each connection, so that a name cannot resolve differently after the check. Through a proxy nothing is resolved here:
 * the proxy does it, and only addresses and names of internal hosts are refused. Reasons contain only the host of a URL,
 * since the rest may be secret.
 */
export function guardedHttp({ clock, lookup, proxies = NO_PROXIES }: HttpDeps): (allow: readonly string[]) => Http {
  return (allow) => createHttp(clock, lookup, proxies, createAddresses(allow));
}

function createHttp(clock: Clock, lookup: Lookup, proxies: Proxies, addresses: Addresses): Http {
  const times = { headersTimeout: ANSWER_WITHIN, bodyTimeout: ANSWER_WITHIN };
  const direct = new Agent({ ...times, connect: { lookup: guarded(lookup, addresses), timeout: CONNECT_WITHIN } });
  const tunnels = new Map<string, ProxyAgent>();
  const dispatcherFor = (proxy: Proxy | null): Dispatcher => {
    if (proxy === null) return direct;
    const uri = proxy.url.href;
    const known = tunnels.get(uri);
    if (known !== undefined) return known;
    const made = new ProxyAgent({
      ...times,
      uri,
      proxyTls: { timeout: CONNECT_WITHIN },
      requestTls: { timeout: CONNECT_WITHIN },
    });
    tunnels.set(uri, made);
    return made;
  };
  return async ({ method, url, headers, body }, signal) => {
    const target = URL.parse(url);
    const proxy = target === null ? null : proxies.for(target);
    const refusal = target === null ? "its url is not a URL" : refusalOf(target, addresses, proxy !== null);
    if (target === null || refusal !== null) return failed(refusal ?? "its url is not a URL", false);
    const dispatcher = dispatcherFor(proxy);
    try {
      // Not kept alive, so that each request is checked.
      const answer = await request(target, { method, headers, body, signal, dispatcher, reset: true });
      const header = (name: string): string | null => [answer.headers[name]].flat()[0] ?? null;
      const retryAfter = spanOf(header("retry-after"), clock.now());
      return { is: "answer", status: answer.statusCode, retryAfter, header, ...(await start(answer.body)) };
    } catch (error) {
      if (error instanceof AddressRefused) return failed(error.message, false);
      return failed(
        proxy === null ? whyUnreachableDirectly(error, target.host) : whyNoTunnel(error, target.host, proxy),
        true,
      );
    }
  };
}

/** Reads the beginning of a body. A body that ends early is accepted, since the status may say enough. */
async function start(body: AsyncIterable<Uint8Array>): Promise<Pick<HttpAnswer, "text" | "whole">> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let whole = true;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < LARGEST_ANSWER) continue;
      whole = false;
      break;
    }
  } catch {
    whole = false;
  }
  return { text: Buffer.concat(chunks).subarray(0, LARGEST_ANSWER).toString("utf8"), whole };
}

const failed = (reason: string, retryable: boolean): HttpOutcome => ({ is: "failed", reason, retryable });

/**
 * Returns why a URL may not be called, as far as the URL itself shows it; null if it may, or if this depends on the
 * resolution of its name.
 *
 * @param viaProxy whether a proxy resolves the name, so that nothing but the name can be checked
 */
export function refusalOf(url: URL, addresses: Addresses, viaProxy: boolean): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.username !== "" || url.password !== "") return `the url of ${url.host} holds a user name or password`;
  if (url.protocol !== "https:" && !(url.protocol === "http:" && addresses.isNamed(host)))
    return `the url of ${url.host} is not https, and ${host} is not named in "allow"`;
  if (viaProxy && isInternalName(host) && !addresses.isNamed(host))
    return `${host} is the name of an internal host; name it in "allow" if it is meant`;
  // Other names are checked when they are resolved; net.connect resolves no addresses.
  return isIP(host) === 0 || addresses.mayDial(host, host) ? null : addressRefusal(host, host);
}

const addressRefusal = (host: string, address: string): string =>
  host === address
    ? `${host} is not a public address; name it in "allow" if it is meant`
    : `${host} resolves to ${address}, which is not a public address; name it in "allow" if it is meant`;

/** Makes a `lookup` for net.connect that returns only allowed addresses. */
function guarded(lookup: Lookup, addresses: Addresses): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { all: true }, (error, found) => {
      if (error !== null) return callback(error, "", 0);
      const wanted = found.filter(({ family }) => [0, undefined, family].includes(familyOf(options.family)));
      const good = wanted.filter(({ address }) => addresses.mayDial(name, plainAddress(address)));
      const [first] = good;
      if (first === undefined) {
        const bad = wanted[0]?.address;
        const why = bad === undefined ? `${name} has no address` : addressRefusal(name, bad);
        return callback(new AddressRefused(why), "", 0);
      }
      if (options.all === true) return callback(null, good);
      return callback(null, first.address, first.family);
    });
  };
}

const familyOf = (family: number | "IPv4" | "IPv6" | undefined): number | undefined =>
  family === "IPv4" ? 4 : family === "IPv6" ? 6 : family;

/**
 * Parses seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. Some servers send fractions of a
 * second. A date must begin with its day, since `Date.parse` accepts nearly anything, e.g. "-7".
 */
function spanOf(header: string | null, now: Ms): Ms | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
