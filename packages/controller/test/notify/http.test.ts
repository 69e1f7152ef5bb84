import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { certificate } from "../../../agent/test/support/tls.ts";
import { certificateFault } from "../../src/http/certificate.ts";
import { guardedHttp, type HttpOutcome, type HttpRequest, type Lookup } from "../../src/http/http.ts";
import { testClock } from "../enrich/support/clock.ts";
import { type Receiver, startReceiver } from "./support/receiver.ts";
import { T0 } from "./support/samples.ts";

const posting = (url: string): HttpRequest => ({ method: "POST", url, headers: {}, body: "{}" });

describe("a request", () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  const resolves =
    (...addresses: string[]): Lookup =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })),
      );

  const post = (
    url: string,
    {
      allow = [],
      lookup = resolves("127.0.0.1"),
      signal = AbortSignal.timeout(5_000),
    }: {
      allow?: string[];
      lookup?: Lookup;
      signal?: AbortSignal;
    } = {},
  ): Promise<HttpOutcome> => guardedHttp({ clock: testClock(T0), lookup })(allow)(posting(url), signal);

  test("a name that resolves to ours is refused when it is dialled", async () => {
    const outcome = await post(`https://hooks.example.com:${receiver.port}/x`);
    expect(outcome).toEqual({
      is: "failed",
      retryable: false,
      reason:
        'hooks.example.com resolves to 127.0.0.1, which is not a public address; name it in "allow" if it is meant',
    });
  });

  test("a name that was public a moment ago is looked up, and checked, again", async () => {
    let asked = 0;
    const lookup: Lookup = (name, options, callback) => {
      asked += 1;
      resolves(asked === 1 ? "127.0.0.1" : "169.254.169.254")(name, options, callback);
    };
    const http = guardedHttp({ clock: testClock(T0), lookup });
    const url = `http://hooks.test:${receiver.port}/`;
    const within = AbortSignal.timeout(5_000);
    expect(await http(["127.0.0.1", "hooks.test"])(posting(url), within)).toMatchObject({ is: "answer", status: 200 });
    expect(await http(["127.0.0.1"])(posting(url.replace("http:", "https:")), within)).toMatchObject({
      reason: expect.stringContaining("169.254.169.254"),
    });
    expect(asked).toBe(2);
  });

  test("of several addresses only what may be dialled is", async () => {
    const lookup = resolves("169.254.169.254", "127.0.0.1");
    const outcome = await post(`https://hooks.test:${receiver.port}/`, { allow: ["127.0.0.1"], lookup });
    // The receiver speaks no TLS: it was reached, and nothing else was tried.
    expect(outcome).toMatchObject({ is: "failed", retryable: true });
    expect(outcome).not.toMatchObject({ reason: expect.stringContaining("169.254") });
  });

  test.each([
    [
      "http://hooks.example.com/",
      'the url of hooks.example.com is not https, and hooks.example.com is not named in "allow"',
    ],
    ["https://user:hush@hooks.example.com/", "the url of hooks.example.com holds a user name or password"],
    [
      "ftp://hooks.example.com/",
      'the url of hooks.example.com is not https, and hooks.example.com is not named in "allow"',
    ],
    ["file:///etc/passwd", 'the url of  is not https, and  is not named in "allow"'],
    ["https://[::1]/", '::1 is not a public address; name it in "allow" if it is meant'],
    ["https://0x7f.1/", '127.0.0.1 is not a public address; name it in "allow" if it is meant'],
    ["https://2130706433/", '127.0.0.1 is not a public address; name it in "allow" if it is meant'],
    ["https://[::ffff:169.254.169.254]/", expect.stringContaining("is not a public address")],
    ["nothing", "its url is not a URL"],
  ])("%s is refused before anything is sent", async (url, reason) => {
    expect(await post(url)).toEqual({ is: "failed", retryable: false, reason });
  });

  test("a name without an address, or that cannot be resolved, may be tried again or not", async () => {
    const nothing = await post("https://hooks.example.com/", { lookup: resolves() });
    expect(nothing).toMatchObject({ is: "failed", reason: "hooks.example.com has no address" });
    const lookup: Lookup = (_name, _options, callback) =>
      callback(Object.assign(new Error("getaddrinfo"), { code: "EAI_AGAIN" }), []);
    expect(await post("https://hooks.example.com/s3cr3t", { lookup })).toEqual({
      is: "failed",
      retryable: true,
      reason:
        "hooks.example.com cannot be reached: DNS does not answer; check the DNS of this machine (EAI_AGAIN); if this machine needs a proxy, set HTTPS_PROXY",
    });
  });

  test("a certificate that cannot be trusted is called that", async () => {
    const server = createServer(certificate, (_request, response) => response.end("ok")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const outcome = await post(`https://hooks.example.com:${port}/s3cr3t`, { allow: ["127.0.0.1"] });
    expect(outcome).toEqual({
      is: "failed",
      retryable: true,
      reason: `the certificate of hooks.example.com:${port} is signed by itself: name its file in NODE_EXTRA_CA_CERTS (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
    server.close();
  });

  test.each([
    ["ERR_TLS_CERT_ALTNAME_INVALID", "is for another name"],
    ["CERT_HAS_EXPIRED", "has expired"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "proxy"],
  ])("what is wrong with a certificate is said: %s", (code, words) => {
    expect(certificateFault(Object.assign(new Error("x"), { code }), "hooks.example.com")).toContain(words);
  });

  test.each([
    ["7", 7_000],
    ["Thu, 01 Jan 2026 00:00:09 GMT", 9_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", null],
  ])("Retry-After: %s", async (header, span) => {
    receiver.reply(503, { "retry-after": header });
    const outcome = await post(receiver.url, { allow: ["127.0.0.1"] });
    expect(outcome).toMatchObject({ is: "answer", status: 503, retryAfter: span });
  });

  test("the beginning of an answer is read, and no more of one that is long", async () => {
    receiver.reply(200, {}, "y".repeat(1_000_000));
    const outcome = await post(receiver.url, { allow: ["127.0.0.1"] });
    expect(outcome).toMatchObject({ is: "answer", text: "y".repeat(64 * 1024) });
  });

  test("an answer without end is not read to its end", async () => {
    receiver.reply(200, { "content-length": "1000000000" });
    const outcome = await post(receiver.url, { allow: ["127.0.0.1"], signal: AbortSignal.timeout(300) });
    expect(outcome).toMatchObject({ is: "answer", status: 200 });
  });
});
