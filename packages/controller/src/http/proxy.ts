import { isIP } from "node:net";
import { SpotkeeperError } from "../errors.ts";
import { isRange, rangesOf } from "./addresses.ts";

/** Which proxy a request goes through. */
export interface Proxies {
  /** Returns the proxy for a URL; null if it is called directly. */
  for(url: URL): Proxy | null;
}

export interface Proxy {
  /** May contain a user name and password. */
  readonly url: URL;
  /** The variable that names the proxy, for reasons: `HTTPS_PROXY`. */
  readonly variable: string;
}

export const NO_PROXIES: Proxies = { for: () => null };

type Env = { readonly [name: string]: string | undefined };

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; the same names in small letters come first, as in curl
 * (https://curl.se/docs/manpage.html#ENVIRONMENT). Throws SK-CONFIG-PROXY.
 *
 * `NO_PROXY` is a list of host names (subdomains are included, also without a leading `.` or `*.`), addresses, ranges such
 * as 10.0.0.0/8, each perhaps with a port, or `*` for all. This machine itself is always called directly.
 */
export function proxiesIn(env: Env): Proxies {
  const proxies = { "https:": proxyIn(env, "HTTPS_PROXY"), "http:": proxyIn(env, "HTTP_PROXY") };
  if (proxies["https:"] === null && proxies["http:"] === null) return NO_PROXIES;
  const direct = exceptions(env["no_proxy"] ?? env["NO_PROXY"] ?? "");
  return {
    for(url) {
      const proxy = url.protocol === "https:" || url.protocol === "http:" ? proxies[url.protocol] : null;
      return proxy === null || direct(url) ? null : proxy;
    },
  };
}

function proxyIn(env: Env, name: string): Proxy | null {
  const variable = [name.toLowerCase(), name].find((one) => (env[one] ?? "").trim() !== "");
  if (variable === undefined) return null;
  const text = (env[variable] ?? "").trim();
  // Without a scheme it is http, as in curl.
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return { url, variable };
  // The value is not shown, since it may contain a password.
  const got = url === null ? "it is not a URL" : `it is a proxy of the kind ${url.protocol.slice(0, -1)}`;
  throw new SpotkeeperError(
    "SK-CONFIG-PROXY",
    `The environment's ${variable} is no HTTP proxy: ${got}. Set it to a URL such as http://proxy.example.com:3128, or unset it.`,
  );
}

interface Exception {
  readonly fits: (host: string) => boolean;
  readonly port: string | null;
}

function exceptions(list: string): (url: URL) => boolean {
  const all = list
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(exceptionOf);
  return (url) => {
    const host = plainHost(url.hostname);
    const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
    return isLoopback(host) || all.some((one) => (one.port === null || one.port === port) && one.fits(host));
  };
}

function exceptionOf(entry: string): Exception {
  const [, name = entry, port = null] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
  const host = plainHost(name);
  if (isRange(host)) {
    const range = rangesOf([host]);
    return { port, fits: (one) => isIP(one) !== 0 && range.check(one) };
  }
  const suffix = host.replace(/^\*?\./, "");
  return { port, fits: (one) => host === "*" || one === suffix || one.endsWith(`.${suffix}`) };
}

/** Small letters, without the brackets of an IPv6 address and the final dot of a name. */
const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");

const loopback = rangesOf(["127.0.0.0/8", "::1/128"]);
const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || (isIP(host) !== 0 && loopback.check(host));
