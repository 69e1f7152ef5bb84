import { expect, test } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import type { SpotkeeperError } from "../../src/errors.ts";
import { createSend } from "../../src/net/send.ts";
import { createAsk } from "../../src/watch/metadata.ts";
import { createToken } from "../../src/watch/token.ts";
import { type MetadataServer, paths, startMetadata } from "../support/metadata-server.ts";

/** Asks for a path within so many milliseconds: the body, if there is something, and the hour. */
type Client = (path: string, within?: number) => Promise<readonly [body: string | null, date?: string | undefined]>;

function clientOf({ url }: { readonly url: string }, allowV1 = false, clock: Clock = systemClock): Client {
  const send = createSend(systemClock);
  const ask = createAsk(send, 404, createToken(new URL(url), allowV1, send, clock));
  return (path, within = 5_000) => ask(new URL(path, url), systemClock.now() + within, (body) => body);
}
const asks = ({ requests }: MetadataServer, method: string): number =>
  requests.filter((request) => request.method === method).length;
const failure = (answer: ReturnType<Client>): Promise<string> =>
  answer.then(
    ([body]) => body ?? "nothing",
    ({ code }: SpotkeeperError) => code,
  );

test("version 2: one token for all, asked for once however many want it", async () => {
  await using server = await startMetadata();
  server.pages.set(paths.rebalance, `{"noticeTime":"2026-01-31T12:00:00Z"}`);
  const metadata = clientOf(server);
  const answers = await Promise.all(Object.values(paths).map((path) => metadata(path)));
  expect(answers.map(([body]) => body)).toEqual([null, `{"noticeTime":"2026-01-31T12:00:00Z"}`, null, "InService"]);
  expect([asks(server, "PUT"), asks(server, "GET")]).toEqual([1, 4]);
  expect(Date.parse(answers[3]?.[1] ?? "")).toBeGreaterThan(Date.now() - 60_000);
});

test("a 401 renews the token at once, and the same look has its answer", async () => {
  await using server = await startMetadata();
  const metadata = clientOf(server);
  await metadata(paths.lifecycle);
  server.expireTokens();
  expect(await metadata(paths.lifecycle)).toContain("InService");
  expect([asks(server, "PUT"), asks(server, "GET")]).toEqual([2, 3]);
});

test("a token that is never taken is a failure, not an endless round", async () => {
  await using server = await startMetadata();
  server.tokenPage = (_request, response) => void response.end("not-a-token");
  expect(await failure(clientOf(server)(paths.lifecycle))).toBe("SK-AGENT-IMDS-ANSWER");
  expect(server.requests).toHaveLength(4);
});

test.each(["", "<html>no such page</html>", "a\nb"])(
  "what cannot stand in a header (%j) is no token, and is not kept",
  async (body) => {
    await using server = await startMetadata();
    server.tokenPage = (_request, response) => void response.end(body);
    const metadata = clientOf(server);
    expect(await failure(metadata(paths.lifecycle))).toBe("SK-AGENT-IMDS-TOKEN");
    server.tokenPage = undefined;
    expect(await metadata(paths.lifecycle)).toContain("InService");
  },
);

test("a token is renewed before it ends; while that fails the old one serves", async () => {
  await using server = await startMetadata();
  let now = 0;
  const metadata = clientOf(server, false, { ...systemClock, now: () => now });
  expect(await metadata(paths.lifecycle)).toContain("InService");
  now = 0.79 * 21_600_000;
  await metadata(paths.lifecycle);
  expect(asks(server, "PUT")).toBe(1);

  server.tokenPage = (_request, response) => void response.writeHead(503).end();
  now = 0.81 * 21_600_000;
  expect(await metadata(paths.lifecycle)).toContain("InService");
  await metadata(paths.lifecycle);
  expect(asks(server, "PUT")).toBe(2);
  server.tokenPage = undefined;
  now += 6_000;
  await metadata(paths.lifecycle);
  await expect.poll(() => asks(server, "PUT")).toBe(3);
  now = 21_700_000;
  expect(await metadata(paths.lifecycle)).toContain("InService");
  expect(asks(server, "PUT")).toBe(3);
});

test.each([
  [
    "a 500",
    "SK-AGENT-IMDS-ANSWER",
    (s: MetadataServer) => s.pages.set(paths.lifecycle, (_q, r) => void r.writeHead(500).end("<html>")),
  ],
  [
    "a 403",
    "SK-AGENT-IMDS-ANSWER",
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
  expect(await failure(clientOf(server)(paths.lifecycle))).toBe(code);
});

test("a service that does not answer in time, and one that is not there", async () => {
  await using server = await startMetadata();
  server.pages.set(paths.lifecycle, () => {});
  expect(await failure(clientOf(server)(paths.lifecycle, 50))).toBe("SK-AGENT-IMDS-AWAY");
  expect(await failure(clientOf({ url: "http://127.0.0.1:1" })(paths.lifecycle, 2_000))).toBe("SK-AGENT-IMDS-AWAY");
});

test("a hop limit that is too low for a container is told as such", async () => {
  await using server = await startMetadata();
  // The connection stands and the request arrives; only the answer's packets are dropped.
  server.tokenPage = () => {};
  await expect(clientOf(server)(paths.lifecycle, 100)).rejects.toMatchObject({
    code: "SK-AGENT-IMDS-HOPS",
    message: expect.stringContaining("--http-put-response-hop-limit 2"),
  });
});

test("version 1 is asked only where that is allowed", async () => {
  await using server = await startMetadata();
  server.v1 = true;
  server.tokenPage = (_request, response) => void response.writeHead(404).end();
  expect(await failure(clientOf(server)(paths.lifecycle))).toBe("SK-AGENT-IMDS-TOKEN");
  expect(await clientOf(server, true)(paths.lifecycle)).toContain("InService");
  // Nor do its answers come through, with too low a hop limit: that is known with the first look.
  server.tokenPage = () => {};
  const metadata = clientOf(server, true);
  await failure(metadata(paths.lifecycle, 100));
  expect(await metadata(paths.lifecycle)).toContain("InService");
  server.tokenPage = (_request, response) => void response.writeHead(503).end();
  expect(await failure(clientOf(server, true)(paths.lifecycle))).toBe("SK-AGENT-IMDS-TOKEN");
});

test("what comes too late over a kept connection is given up, and not asked for once more", async () => {
  await using server = await startMetadata();
  const metadata = clientOf(server);
  expect(await metadata(paths.lifecycle)).toContain("InService");
  server.pages.set(paths.lifecycle, () => {});
  expect(await failure(metadata(paths.lifecycle, 50))).toBe("SK-AGENT-IMDS-AWAY");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asks(server, "GET")).toBe(2);
});

test("with version 1 allowed, a renewal that fails takes no token away that is still good", async () => {
  await using server = await startMetadata();
  let skew = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + skew };
  const metadata = clientOf(server, true, clock);
  await metadata(paths.lifecycle);
  skew = 18_000_000;
  server.tokenPage = (_request, response) => void response.writeHead(403).end();
  for (let look = 0; look < 3; look++) expect(await metadata(paths.lifecycle, 5_000)).toContain("InService");
  expect(asks(server, "PUT")).toBe(2);
});
