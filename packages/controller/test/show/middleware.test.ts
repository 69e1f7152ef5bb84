import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { isLoopback, parseListen, requireSafe } from "../../src/show/listen.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { raw, startShow } from "./support/show.ts";

test.each([
  ["127.0.0.1:8787", { host: "127.0.0.1", port: 8787 }],
  ["[::1]:0", { host: "::1", port: 0 }],
  ["localhost:80", { host: "localhost", port: 80 }],
  ["0.0.0.0:65535", { host: "0.0.0.0", port: 65_535 }],
])("listens on %s", (text, listen) => {
  expect(parseListen(text)).toEqual(listen);
});

test.each(["", "8787", ":8787", "127.0.0.1", "127.0.0.1:65536", "::1:8787", "http://localhost:1", "a b:1", "x:-1"])(
  "%j is no address to listen on",
  (text) => {
    expect(() => parseListen(text)).toThrow(expect.objectContaining({ code: "SK-SHOW-LISTEN" }));
  },
);

test.each(["127.0.0.1", "127.9.9.9", "::1", "localhost", "::ffff:127.0.0.1"])("%s is this machine alone", (host) => {
  expect(isLoopback(host)).toBe(true);
  expect(() => requireSafe({ host, port: 1 }, [])).not.toThrow();
});

test.each(["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", "localhost.evil.example", "example", "1127.0.0.1"])(
  "%s can be reached by others, and wants a token",
  async (host) => {
    expect(() => requireSafe({ host, port: 1 }, ["token"])).not.toThrow();
    const text = host.includes(":") ? `[${host}]:0` : `${host}:0`;
    await expect(startShow({ listen: text })).rejects.toMatchObject({ code: "SK-SHOW-LISTEN" });
  },
);

test("with a token it listens on every address", async () => {
  await using setting = await startShow({ listen: "0.0.0.0:0", tokens: ["token"] });
  const { port } = new URL(setting.show.url);
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: "Bearer token" } });
  expect(response.status).toBe(200);
});

test("a port that is taken is named", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(startShow({ listen: `127.0.0.1:${port}` })).rejects.toMatchObject({
    code: "SK-SHOW-LISTEN",
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  other.close();
});

const guarded = [
  "/",
  "/api/v1",
  "/metrics",
  "/api/v1/incidents",
  "/api/v1/incidents/export",
  "/api/v1/panels/groups",
  "/api/v1/alerts",
  "/api/v1/silences",
  "/api/v1/stream",
  "/api/v1/openapi.json",
  "/x",
];

test.each([
  undefined,
  "",
  "Bearer",
  "Bearer ",
  "Bearer wrong",
  "Bearer reader-",
  "Bearer reader-token2",
  "Basic reader-token",
  "reader-token",
  "Bearer sender-token",
])("%j opens nothing", async (authorization) => {
  await using setting = await startShow({ tokens: ["reader-token", ""], ingestTokens: ["sender-token"] });
  for (const path of guarded) {
    const response = await setting.get(path, authorization === undefined ? {} : { authorization });
    expect([path, response.status]).toEqual([path, 401]);
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
    expect(await response.json()).toMatchObject({ code: "SK-SHOW-UNAUTHORIZED" });
  }
});

test("each of the tokens opens, in any case of the scheme", async () => {
  await using setting = await startShow({ tokens: ["first", "second"] });
  for (const authorization of ["Bearer first", "bearer second"])
    expect((await setting.get("/api/v1/incidents", { authorization })).status).toBe(200);
});

test("probes want no token, and do not tell who has none why", async () => {
  await using setting = await startShow({ tokens: ["token"] });
  setting.unready.push({ what: "source", code: "SK-X", message: "queue private-name fails" });

  expect((await setting.get("/healthz")).status).toBe(200);
  const response = await setting.get("/readyz");
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    status: "not-ready",
    reasons: [{ what: "source", code: "SK-X", message: null }],
  });
});

test("is ready, or says why not", async () => {
  await using setting = await startShow();
  const ready = await setting.get("/readyz");
  expect(ready.status).toBe(200);
  await expectAsDocumented(setting.show.url, "get", "/readyz", ready);
  setting.unready.push({ what: "stopping", code: null, message: "The worker stops." });

  const response = await setting.get("/readyz");
  expect(response.status).toBe(503);
  expect(await expectAsDocumented(setting.show.url, "get", "/readyz", response)).toMatchObject({
    reasons: [{ what: "stopping", message: "The worker stops." }],
  });
});

test("is not ready while the ledger is away, and lives all the same", async () => {
  await using base = await startShow();
  const health = () => ({ ok: false, code: "SK-LEDGER-FULL", message: "The disk is full.", since: 0 }) as const;
  await using setting = await startShow({}, { ledger: { ...base.ledger, health } });

  expect(await (await setting.get("/readyz")).json()).toMatchObject({
    status: "not-ready",
    reasons: [{ what: "ledger", code: "SK-LEDGER-FULL", message: "The disk is full." }],
  });
  expect((await setting.get("/healthz")).status).toBe(200);
});

test.each(["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1"])(
  "a page whose name was made to mean this machine (%j) reads nothing",
  async (host) => {
    await using setting = await startShow({ ingestTokens: ["token"] });
    setting.unready.push({ what: "ledger", code: "SK-LEDGER-FULL", message: "/var/lib/spotkeeper/ledger.db is full" });
    for (const path of ["/", "/api/v1/incidents", "/metrics", "/readyz", "/healthz"]) {
      const { status, text } = await raw(setting.show.url + path, { host });
      expect([status, JSON.parse(text)]).toMatchObject([421, { code: "SK-SHOW-HOST" }]);
      expect(text).not.toContain("/var/lib");
    }
  },
);

test.each(["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8787"])("%s is this machine's own name", async (host) => {
  await using setting = await startShow();
  expect((await raw(`${setting.show.url}/`, { host })).status).toBe(200);
});

test("a reader with a token may call it by any name", async () => {
  await using setting = await startShow({ tokens: ["token"] });
  const headers = { host: "spotkeeper.example", authorization: "Bearer token" };
  expect((await raw(`${setting.show.url}/`, headers)).status).toBe(200);
});

test("every answer carries the security headers, refusals among them", async () => {
  await using setting = await startShow();
  const stop = new AbortController();
  for (const path of ["/", "/healthz", "/metrics", "/nothing", "/api/v1/incidents?limit=0", "/api/v1/stream"]) {
    const { headers } = await fetch(setting.show.url + path, { signal: stop.signal });
    expect([path, headers.get("x-content-type-options"), headers.get("cache-control")]).toEqual([
      path,
      "nosniff",
      "no-store",
    ]);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
  stop.abort();
});

test("unknown paths and methods are told apart", async () => {
  await using setting = await startShow({ ingestTokens: ["token"] });
  const unknown = await setting.get("/api/v2");
  expect(unknown.status).toBe(404);
  expect(unknown.headers.get("content-type")).toBe("application/problem+json");
  expect(await unknown.json()).toMatchObject({ type: "urn:spotkeeper:SK-SHOW-NOT-FOUND", status: 404 });

  for (const [method, path, allow] of [
    ["DELETE", "/api/v1/incidents", "GET, HEAD"],
    ["PUT", "/api/v1/incidents/i-1%231", "GET, HEAD"],
    ["GET", "/api/v1/signals", "POST"],
  ] as const) {
    const response = await fetch(setting.show.url + path, { method });
    expect([path, response.status, response.headers.get("allow")]).toEqual([path, 405, allow]);
    expect(await response.json()).toMatchObject({ code: "SK-SHOW-METHOD" });
  }
});

test("the root links to what there is, and the description names every path", async () => {
  await using setting = await startShow();
  const { links } = (await (await setting.get("/")).json()) as { links: Record<string, string> };
  for (const path of Object.values(links))
    expect([path, (await fetch(setting.show.url + path, { method: "HEAD" })).status]).toEqual([path, 200]);

  const document = (await (await setting.get("/api/v1/openapi.json")).json()) as { openapi: string; paths: object };
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths).sort()).toEqual([
    "/api/v1/alerts",
    "/api/v1/durations",
    "/api/v1/fleet",
    "/api/v1/incidents",
    "/api/v1/incidents/export",
    "/api/v1/incidents/{id}",
    "/api/v1/now",
    "/api/v1/panels/{name}",
    "/api/v1/signals",
    "/api/v1/silences",
    "/api/v1/silences/preview",
    "/api/v1/silences/{id}",
    "/api/v1/stream",
    "/healthz",
    "/readyz",
  ]);
});
