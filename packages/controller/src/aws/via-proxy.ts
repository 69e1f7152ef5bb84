import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Ms } from "../clock.ts";
import type { Proxies, Proxy } from "../http/proxy.ts";

type RequestHandler = Pick<
  NodeHttpHandler,
  "metadata" | "handle" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs"
>;

export interface Times {
  readonly connectionTimeout: Ms;
  readonly requestTimeout: Ms;
  readonly throwOnRequestTimeout: boolean;
}

/** As many as the SDK opens: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html */
const MOST_SOCKETS = 50;

/**
 * Handles the SDK's requests over HTTP, each through the proxy for its host, or directly. The tunnels are those of Node.js
 * (https://nodejs.org/api/http.html#built-in-proxy-support).
 */
export function handlerVia(proxies: Proxies, times: Times): RequestHandler {
  const direct = new NodeHttpHandler(times);
  const tunnels = new Map<string, NodeHttpHandler>();
  const handlerFor = (proxy: Proxy | null): NodeHttpHandler => {
    if (proxy === null) return direct;
    const known = tunnels.get(proxy.url.href);
    if (known !== undefined) return known;
    const made = new NodeHttpHandler({ ...times, ...agentsVia(proxy) });
    tunnels.set(proxy.url.href, made);
    return made;
  };
  return {
    metadata: direct.metadata,
    handle: (request, options) => handlerFor(proxies.for(urlOf(request))).handle(request, options),
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {
      for (const handler of [direct, ...tunnels.values()]) handler.destroy();
    },
  };
}

function agentsVia({ url: { href } }: Proxy): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent } {
  const options = { keepAlive: true, maxSockets: MOST_SOCKETS, proxyEnv: { HTTP_PROXY: href, HTTPS_PROXY: href } };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
}

const urlOf = ({ protocol, hostname, port }: Parameters<NodeHttpHandler["handle"]>[0]): URL =>
  new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}/`);
