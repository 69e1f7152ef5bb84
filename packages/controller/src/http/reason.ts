import { certificateFault } from "./certificate.ts";
import type { Proxy } from "./proxy.ts";

const CUT = "the connection was cut; a firewall or proxy may not let it pass";
const NO_TLS = "it does not speak TLS at this port; check the port";
const NO_ROUTE = "there is no route to it; check the network of this machine";
const TIMED_OUT = "no connection in time; a firewall or security group may not let it pass";

/** What a failed connection means, and what to do, by the codes of Node.js and undici. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ["ENOTFOUND", "DNS does not know its name; check the name"],
  ["EAI_AGAIN", "DNS does not answer; check the DNS of this machine"],
  ["ECONNREFUSED", "nothing listens there; check the port, and whether the service runs"],
  ["ECONNRESET", CUT],
  ["UND_ERR_SOCKET", CUT],
  ["ETIMEDOUT", TIMED_OUT],
  ["UND_ERR_CONNECT_TIMEOUT", TIMED_OUT],
  ["ENETUNREACH", NO_ROUTE],
  ["EHOSTUNREACH", NO_ROUTE],
  ["UND_ERR_HEADERS_TIMEOUT", "it does not answer"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", NO_TLS],
  ["EPROTO", NO_TLS],
]);

/** Codes that a machine sees which reaches the internet only through a proxy. */
const WITHOUT_PROXY: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "ENETUNREACH",
  "EHOSTUNREACH",
]);

const codeOf = (error: unknown): string => {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "unknown";
};

/** Returns why a connection to a host failed and what to do, for people. Nothing of the error is shown but its code. */
export function whyUnreachable(error: unknown, host: string): string {
  const code = codeOf(error);
  const meaning = MEANINGS.get(code);
  const failed = `${host} cannot be reached${meaning === undefined ? "" : `: ${meaning}`} (${code})`;
  return certificateFault(error, host) ?? failed;
}

/** Does the same for a connection that could go through a proxy, and did not. */
export function whyUnreachableDirectly(error: unknown, host: string): string {
  const hint = WITHOUT_PROXY.has(codeOf(error)) ? "; if this machine needs a proxy, set HTTPS_PROXY" : "";
  return `${whyUnreachable(error, host)}${hint}`;
}

/** Returns what a proxy means that opens no tunnel: https://www.rfc-editor.org/rfc/rfc9110#name-connect. */
export function meaningOfTunnel(status: number, host: string, variable: string): string {
  if (status === 407)
    return `it wants a user name and password; write them in ${variable}: http://user:password@host:port`;
  if (status === 403 || status === 405)
    return `it does not let ${host} pass; have it allowed there, or name it in NO_PROXY`;
  if (status >= 500) return `it cannot reach ${host}; check the name, and the proxy's own network`;
  return `check that ${variable} names an HTTP proxy`;
}

/** Returns why a host cannot be reached through a proxy. Nothing is shown of the proxy but its host and port. */
export function whyNoTunnel(error: unknown, host: string, { url, variable }: Proxy): string {
  const { message } = error as { readonly message?: unknown };
  const proxy = `the proxy ${url.host} (${variable})`;
  const status = Number(/^Proxy response \((\d{3})\)/.exec(typeof message === "string" ? message : "")?.[1]);
  if (!Number.isNaN(status)) return `${proxy} answered ${status}: ${meaningOfTunnel(status, host, variable)}`;
  // A host that fails behind the proxy is the proxy's answer, so these are of the connection to the proxy.
  const own =
    WITHOUT_PROXY.has(codeOf(error)) || ["ECONNREFUSED", "ERR_SSL_WRONG_VERSION_NUMBER"].includes(codeOf(error));
  return whyUnreachable(error, own ? proxy : host);
}
