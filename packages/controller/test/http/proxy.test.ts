import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { rootCertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createClients } from "../../src/aws/clients.ts";
import { classify } from "../../src/aws/classify.ts";
import { guardedHttp, type HttpOutcome, type Lookup } from "../../src/http/http.ts";
import { proxiesIn } from "../../src/http/proxy.ts";
import { testClock } from "../enrich/support/clock.ts";
import { T0 } from "../notify/support/samples.ts";
import { certificate } from "./certificate.ts";
import { type ConnectProxy, startProxy } from "./connect-proxy.ts";

const proxyOf = (env: { readonly [name: string]: string }, url: string): string | undefined =>
  proxiesIn(env).for(new URL(url))?.url.href;

describe("the environment", () => {
  test("names one proxy for https and one for http; small letters come first", () => {
    const env = { HTTPS_PROXY: "http://a:1", https_proxy: "http://b:2", HTTP_PROXY: "c.example.com:3" };
    expect(proxyOf(env, "https://x.example.com/")).toBe("http://b:2/");
    expect(proxyOf(env, "http://x.example.com/")).toBe("http://c.example.com:3/");
    expect(proxyOf({ HTTPS_PROXY: " " }, "https://x.example.com/")).toBeUndefined();
  });

  test.each([
    ["example.com", "https://example.com/", true],
    ["example.com", "https://hooks.example.com/", true],
    [".example.com", "https://hooks.example.com/", true],
    ["*.example.com", "https://hooks.example.com/", true],
    ["example.com", "https://badexample.com/", false],
    ["example.com.", "https://EXAMPLE.com/", true],
    ["example.com:443", "https://example.com/", true],
    ["example.com:8443", "https://example.com/", false],
    ["10.0.0.0/8, 127.0.0.1", "https://10.1.2.3/", true],
    ["10.0.0.0/8", "https://11.1.2.3/", false],
    ["fd00::/8", "https://[fd00::1]/", true],
    ["[fd00::1]:8443", "https://[fd00::1]:8443/", true],
    ["other, *", "https://example.com/", true],
    ["", "https://example.com/", false],
    ["", "https://localhost:8443/", true],
    ["", "https://127.1.2.3/", true],
    ["", "https://[::1]/", true],
  ])("NO_PROXY=%s: %s is called directly: %s", (list, url, directly) => {
    const env = { HTTPS_PROXY: "http://proxy:1", NO_PROXY: list };
    expect(proxyOf(env, url) === undefined).toBe(directly);
  });

  test.each([
    ["socks5://user:hush@proxy:1080", "it is a proxy of the kind socks5"],
    ["http://", "it is not a URL"],
  ])("a proxy that is none is refused, and its password not shown", (value, why) => {
    expect(() => proxiesIn({ HTTPS_PROXY: value })).toThrow(
      expect.objectContaining({
        code: "SK-CONFIG-PROXY",
        message: `The environment's HTTPS_PROXY is no HTTP proxy: ${why}. Set it to a URL such as http://proxy.example.com:3128, or unset it.`,
      }),
    );
  });
});

describe("through a real proxy", () => {
  let server: Server;
  let proxy: ConnectProxy;
  let received: string[];
  beforeAll(() => setDefaultCACertificates([...rootCertificates, certificate.cert]));
  afterAll(() => setDefaultCACertificates([...rootCertificates]));
  beforeEach(async () => {
    received = [];
    server = createServer(certificate, (request, response) => {
      received.push(`${request.method} ${request.headers.host}${request.url}`);
      response.setHeader("content-type", "application/x-amz-json-1.0").end('{"QueueUrl":"https://localhost/1/spot"}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await startProxy((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });

  /** No name is looked up here. */
  const lookup: Lookup = () => expect.fail("a name was looked up");
  const post = (url: string, env: { readonly [name: string]: string }, allow: string[] = []): Promise<HttpOutcome> =>
    guardedHttp({ clock: testClock(T0), lookup, proxies: proxiesIn(env) })(allow)(
      { method: "POST", url, headers: { authorization: "s3cr3t" }, body: "{}" },
      AbortSignal.timeout(5_000),
    );
  const env = (more: string = ""): { readonly [name: string]: string } => ({
    HTTPS_PROXY: proxy.url.replace("//", `//${more}`),
  });

  test("a message is sent over a tunnel, of which the proxy sees the host alone", async () => {
    const outcome = await post("https://hooks.example.com/services/s3cr3t", env("bot:hush@"));
    expect(outcome).toMatchObject({ is: "answer", status: 200 });
    expect(received).toEqual(["POST hooks.example.com/services/s3cr3t"]);
    expect(proxy.asked).toEqual([
      { host: "hooks.example.com:443", authorization: `Basic ${Buffer.from("bot:hush").toString("base64")}` },
    ]);
  });

  test.each([
    ["https://db.internal/", 'db.internal is the name of an internal host; name it in "allow" if it is meant'],
    ["https://metadata.google.internal/", expect.stringContaining("is the name of an internal host")],
    ["https://wiki/", expect.stringContaining("is the name of an internal host")],
    ["https://169.254.169.254/", '169.254.169.254 is not a public address; name it in "allow" if it is meant'],
  ])("%s is refused, since the proxy could reach it", async (url, reason) => {
    expect(await post(url, env())).toEqual({ is: "failed", retryable: false, reason });
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    [407, "it wants a user name and password; write them in HTTPS_PROXY: http://user:password@host:port"],
    [403, "it does not let hooks.example.com pass; have it allowed there, or name it in NO_PROXY"],
    [502, "it cannot reach hooks.example.com; check the name, and the proxy's own network"],
    [400, "check that HTTPS_PROXY names an HTTP proxy"],
  ])("a proxy that answers %i is the reason", async (status, why) => {
    proxy.refuse(status);
    expect(await post("https://hooks.example.com/s3cr3t", env("bot:hush@"))).toEqual({
      is: "failed",
      retryable: true,
      reason: `the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) answered ${status}: ${why}`,
    });
  });

  test("a proxy that does not run is the reason", async () => {
    const outcome = await post("https://hooks.example.com/s3cr3t", { https_proxy: "http://127.0.0.1:9" });
    expect(outcome).toMatchObject({
      reason:
        "the proxy 127.0.0.1:9 (https_proxy) cannot be reached: nothing listens there; check the port, and whether the service runs (ECONNREFUSED)",
    });
  });

  test("a certificate of the host that a proxy replaced is called that", async () => {
    expect(await post("https://others.example.com/", env())).toMatchObject({
      reason:
        "the certificate of others.example.com is for another name: use the name that is in it (ERR_TLS_CERT_ALTNAME_INVALID)",
    });
  });

  const clientsVia = (
    given: { readonly [name: string]: string },
    endpoint: string | null = null,
  ): ReturnType<typeof createClients> =>
    createClients({
      clock: testClock(T0),
      accounts: [],
      endpoint,
      credentials: () => Promise.resolve({ accessKeyId: "AKIA123456789012AAAA", secretAccessKey: "x" }),
      requestHandler: null,
      proxies: proxiesIn(given),
    });
  const place = { account: null, region: "eu-west-1" };

  test("calls of AWS are made over it too, and those of an emulator on this machine directly", async () => {
    const clients = clientsVia(env());
    await clients.sqs(place).getQueueUrl({ QueueName: "spot" });
    clients.destroy();
    expect(proxy.asked.map(({ host }) => host)).toEqual(["sqs.eu-west-1.amazonaws.com:443"]);
    const direct = clientsVia(env(), "https://127.0.0.1:9");
    await expect(direct.sqs(place).getQueueUrl({ QueueName: "spot" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    direct.destroy();
    expect(proxy.asked).toHaveLength(1);
  });

  test("a call that the proxy refuses says so", async () => {
    proxy.refuse(407);
    const clients = clientsVia(env("bot:hush@"));
    const failure = await clients
      .sqs(place)
      .getQueueUrl({ QueueName: "spot" })
      .catch((error: unknown) => classify(error, { service: "sqs", name: "GetQueueUrl" }));
    clients.destroy();
    expect(failure).toMatchObject({
      fields: { kind: "unavailable", retryable: true },
      message:
        "sqs:GetQueueUrl: ERR_PROXY_TUNNEL: the proxy answered 407: it wants a user name and password; write them in HTTPS_PROXY: http://user:password@host:port",
    });
  });
});
