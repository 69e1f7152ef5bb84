import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createSend } from "../../src/net/send.ts";
import { createMetadata, type Metadata } from "../../src/watch/metadata.ts";
import { type MetadataServer, paths, startMetadata } from "../support/metadata-server.ts";

const clientOf = ({ url }: { readonly url: string }, allowV1 = false): Metadata =>
  createMetadata({ endpoint: new URL(url), allowV1, send: createSend(systemClock), clock: systemClock });
const asks = ({ requests }: MetadataServer, method: string): number =>
  requests.filter((request) => request.method === method).length;
const failure = async (answer: ReturnType<Metadata["get"]>): Promise<string> => {
  const got = await answer;
  return got.is === "failed" ? got.error.code : got.is;
};

test("version 2: one token for all, asked for once however many want it", async () => {
  await using server = await startMetadata();
  server.pages.set(paths.rebalance, `{"noticeTime":"2026-01-31T12:00:00Z"}`);
  const metadata = clientOf(server);
  const answers = await Promise.all(Object.values(paths).map((path) => metadata.get(path, 5_000)));
  expect(answers.map(({ is }) => is)).toEqual(["nothing", "found", "nothing", "found"]);
  expect([asks(server, "PUT"), asks(server, "GET")]).toEqual([1, 4]);
  expect(answers[3]).toMatchObject({ body: "InService", date: expect.any(Number) });
});

test("a 401 renews the token at once, and the same look has its answer", async () => {
  await using server = await startMetadata();
  const metadata = clientOf(server);
  await metadata.get(paths.lifecycle, 5_000);
  server.expireTokens();
  expect(await metadata.get(paths.lifecycle, 5_000)).toMatchObject({ is: "found" });
  expect([asks(server, "PUT"), asks(server, "GET")]).toEqual([2, 3]);
});

test("a token that is never taken is a failure, not an endless round", async () => {
  await using server = await startMetadata();
  server.tokenPage = (_request, response) => void response.end("not a token");
  expect(await failure(clientOf(server).get(paths.lifecycle, 5_000))).toBe("SK-AGENT-IMDS-REFUSED");
  expect(server.requests).toHaveLength(4);
});

test("a token is renewed before it ends; while that fails the old one serves", async () => {
  await using server = await startMetadata();
  let now = 0;
  const clock = { ...systemClock, now: () => now };
  const send = createSend(systemClock);
  const metadata = createMetadata({ endpoint: new URL(server.url), allowV1: false, send, clock });
  expect(await metadata.get(paths.lifecycle, 5_000)).toMatchObject({ is: "found" });
  now = 0.79 * 21_600_000;
  await metadata.get(paths.lifecycle, 5_000);
  expect(asks(server, "PUT")).toBe(1);

  server.tokenPage = (_request, response) => void response.writeHead(503).end();
  now = 0.81 * 21_600_000;
  expect(await metadata.get(paths.lifecycle, 5_000)).toMatchObject({ is: "found" });
  await metadata.get(paths.lifecycle, 5_000);
  expect(asks(server, "PUT")).toBe(2);
  server.tokenPage = undefined;
  now += 6_000;
  await metadata.get(paths.lifecycle, 5_000);
  await expect.poll(() => asks(server, "PUT")).toBe(3);
  now = 21_700_000;
  expect(await metadata.get(paths.lifecycle, 5_000)).toMatchObject({ is: "found" });
  expect(asks(server, "PUT")).toBe(3);
});

test.each([
  [
    "a 500",
    "SK-AGENT-IMDS-REFUSED",
    (s: MetadataServer) => s.pages.set(paths.lifecycle, (_q, r) => void r.writeHead(500).end("<html>")),
  ],
  [
    "a 403",
    "SK-AGENT-IMDS-REFUSED",
    (s: MetadataServer) => s.pages.set(paths.lifecycle, (_q, r) => void r.writeHead(403).end()),
  ],
  [
    "a connection that is cut",
    "SK-AGENT-IMDS-AWAY",
    (s: MetadataServer) => s.pages.set(paths.lifecycle, (q) => void q.socket.destroy()),
  ],
  [
    "half an answer",
    "SK-AGENT-IMDS-AWAY",
    (s: MetadataServer) =>
      s.pages.set(paths.lifecycle, (q, r) => {
        r.writeHead(200, { "content-length": "100" }).write("InSer");
        setImmediate(() => q.socket.destroy());
      }),
  ],
  [
    "an endless answer",
    "SK-AGENT-IMDS-AWAY",
    (s: MetadataServer) => s.pages.set(paths.lifecycle, (_q, r) => void r.end("x".repeat(70_000))),
  ],
  [
    "no token: it is switched off",
    "SK-AGENT-IMDS-TOKEN",
    (s: MetadataServer) => void (s.tokenPage = (_q, r) => void r.writeHead(403).end()),
  ],
  [
    "no token: version 1 only",
    "SK-AGENT-IMDS-TOKEN",
    (s: MetadataServer) => void (s.tokenPage = (_q, r) => void r.writeHead(404).end()),
  ],
  [
    "no token: 503",
    "SK-AGENT-IMDS-TOKEN",
    (s: MetadataServer) => void (s.tokenPage = (_q, r) => void r.writeHead(503).end()),
  ],
])("%s: %s, and never nothing", async (_, code, breaks) => {
  await using server = await startMetadata();
  breaks(server);
  expect(await failure(clientOf(server).get(paths.lifecycle, 5_000))).toBe(code);
});

test("a service that does not answer in time, and one that is not there", async () => {
  await using server = await startMetadata();
  server.pages.set(paths.lifecycle, () => {});
  expect(await failure(clientOf(server).get(paths.lifecycle, 50))).toBe("SK-AGENT-IMDS-AWAY");
  expect(await failure(clientOf({ url: "http://127.0.0.1:1" }).get(paths.lifecycle, 2_000))).toBe("SK-AGENT-IMDS-AWAY");
});

test("a hop limit that is too low for a container is told as such", async () => {
  await using server = await startMetadata();
  // The connection stands and the request arrives; only the answer's packets are dropped.
  server.tokenPage = () => {};
  const answer = await clientOf(server).get(paths.lifecycle, 100);
  expect(answer).toMatchObject({ is: "failed", error: { code: "SK-AGENT-IMDS-HOPS" } });
  expect(answer.is === "failed" && answer.error.message).toMatch(/--http-put-response-hop-limit 2/);
});

test("version 1 is asked only where that is allowed", async () => {
  await using server = await startMetadata();
  server.v1 = true;
  server.tokenPage = (_request, response) => void response.writeHead(404).end();
  expect(await failure(clientOf(server).get(paths.lifecycle, 5_000))).toBe("SK-AGENT-IMDS-TOKEN");
  expect(await clientOf(server, true).get(paths.lifecycle, 5_000)).toMatchObject({ is: "found", body: "InService" });
});

test("a kept connection that the server closed meanwhile is not a failure", async () => {
  await using server = await startMetadata();
  const metadata = clientOf(server);
  let turn = 0;
  server.pages.set(paths.lifecycle, (request, response) => {
    if (turn++ === 1) return void request.socket.resetAndDestroy();
    response.end("InService");
  });
  expect(await metadata.get(paths.lifecycle, 5_000)).toMatchObject({ is: "found" });
  expect(await metadata.get(paths.lifecycle, 5_000)).toMatchObject({ is: "found" });
  expect(turn).toBe(3);
});
