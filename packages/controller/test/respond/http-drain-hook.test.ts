import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { Agent, buildConnector, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PRIVATE_NETWORKS } from "../../src/decide/defaults.ts";
import type { Result } from "../../src/respond/responder.ts";
import { T0, warning } from "../correlate/support.ts";
import { contextOf, DEADLINE, run } from "./context.ts";
import { incidentOf, stepOf } from "./support.ts";

const base = incidentOf(warning(0));
const seen: {
  readonly url: string | undefined;
  readonly host: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Promise<unknown>;
}[] = [];
/** Never answers where it is null. */
let status: number | null = 200;
/** Taken, whatever the status is for others. */
const ROTATED = "Bearer rotated";
const server = createServer((request, response) => {
  const { url, headers } = request;
  seen.push({ url, host: headers.host, headers, body: json(request) });
  if (status !== null) response.writeHead(request.headers.authorization === ROTATED ? 204 : status).end("ok");
});
const usual = getGlobalDispatcher();
/** Private addresses are nobody's here: whichever is dialled, the server answers. */
const connect = buildConnector({});
let rerouted: Agent;

beforeEach(async () => {
  seen.length = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  rerouted = new Agent({
    connect: (options, done) => connect({ ...options, hostname: "127.0.0.1", port: String(port) }, done),
  });
  setGlobalDispatcher(rerouted);
});
afterEach(async () => {
  setGlobalDispatcher(usual);
  await rerouted.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Asked {
  readonly address?: string;
  readonly path?: string;
  readonly tokenRef?: string | null;
  readonly networks?: readonly string[];
}

const asks = (
  answer: number | null,
  over: Parameters<typeof contextOf>[0] = {},
  { address = "10.0.0.7", path = "/drain", tokenRef = "${env:TOKEN}", networks = PRIVATE_NETWORKS }: Asked = {},
): Promise<Result> => {
  status = answer;
  const params = { address, port: 8080, path, tokenRef, timeout: 5_000, networks };
  const secret = async (reference: string | null): Promise<string | null> =>
    reference === null ? null : `secret of ${reference}`;
  return run("http-drain-hook", stepOf("hook", { params }), contextOf({ secret, ...over }));
};

test.each(["/drain", "/shutdown/drain"])(
  "posts to %s with its token, and the same key in a repetition",
  async (path) => {
    expect(await asks(204, {}, { path })).toEqual({ is: "done", receipt: { status: 204 } });
    await asks(204, { now: T0 + 1_000 }, { path });
    expect(seen).toHaveLength(2);
    const headers = { authorization: "Bearer secret of ${env:TOKEN}", "idempotency-key": `${base.key}/hook` };
    for (const one of seen) expect(one).toMatchObject({ url: path, host: "10.0.0.7:8080", headers });
    await asks(204, {}, { path, tokenRef: null });
    expect(seen[2]?.headers).not.toHaveProperty("authorization");
  },
);

test("tells when the capacity goes, by the hour and by what is left, and not the worker's own end", async () => {
  await asks(204, { deadline: DEADLINE - 10_000 });
  const deadline = base.body.deadline ?? Number.NaN;
  expect(await seen[0]?.body).toEqual({
    incident: base.key,
    deadline: new Date(deadline).toISOString(),
    deadlineIn: deadline - T0,
  });
  const over = { ...base, body: { ...base.body, deadline: T0 - 1_000 } };
  await asks(204, { doc: over });
  expect(await seen[1]?.body).toMatchObject({ deadlineIn: DEADLINE - T0 });
});

test.each([
  [202, { is: "done", receipt: { status: 202 } }],
  [409, { is: "done", receipt: { status: 409 }, note: "it drains already" }],
  [429, { is: "wait", until: T0 + 1_000, reason: "the drain hook answered 429" }],
  [503, { is: "wait", until: T0 + 1_000, reason: "the drain hook answered 503" }],
  [404, { is: "skip", reason: "the drain hook answered 404" }],
  // Where it leads is not where EC2 says that the instance is.
  [307, { is: "skip", reason: "the drain hook answered 307" }],
  [401, { is: "skip", reason: "the drain hook answered 401: it does not take the token ${env:TOKEN}" }],
  [403, { is: "skip", reason: "the drain hook answered 403: it does not take the token ${env:TOKEN}" }],
])("takes the answer %i", async (answer, expected) => {
  expect(await asks(answer)).toEqual(expected);
});

test.each([401, 403])("a token that was rotated since it was read is tried once, after %i", async (answer) => {
  const renewed: unknown[] = [];
  const renewSecret = async (...asked: readonly [string, string]): Promise<string> => {
    renewed.push(asked);
    return "rotated";
  };
  expect(await asks(answer, { renewSecret })).toEqual({ is: "done", receipt: { status: 204 } });
  expect(renewed).toEqual([["${env:TOKEN}", "secret of ${env:TOKEN}"]]);
  expect(seen).toHaveLength(2);
  seen.length = 0;
  const renewSecretAway = (): Promise<never> => Promise.reject(new Error("the store is away"));
  expect(await asks(answer, { renewSecret: renewSecretAway })).toMatchObject({ is: "skip" });
  expect(seen).toHaveLength(1);
});

test("an application that wants a token, and is sent none, is told apart", async () => {
  expect(await asks(401, {}, { tokenRef: null })).toMatchObject({
    reason: "the drain hook answered 401: it wants a token; set drainHook.token",
  });
});

test.each([
  ["127.0.0.1", /never called/],
  ["169.254.169.254", /never called/],
  ["0.0.0.0", /never called/],
  ["224.0.0.1", /never called/],
  ["::1", /never called/],
  ["fe80::1", /never called/],
  ["fd00:ec2::254", /never called/],
  ["::ffff:10.0.0.7", /never called/],
  // 127.0.0.1 and 169.254.169.254 as 6to4, Teredo, NAT64 and translators write them.
  ["2002:7f00:1::", /never called/],
  ["2002:a9fe:a9fe::1", /never called/],
  ["2001:0:7f00:1:0:ffff:80ff:fffe", /never called/],
  ["2001::ffff:ffff:80ff:fffe", /never called/],
  ["64:ff9b::7f00:1", /never called/],
  ["64:ff9b:1::7f00:1", /never called/],
  ["64:ff9b:1:7f00:0:100::", /never called/],
  ["::ffff:0:7f00:1", /never called/],
  ["::7f00:1", /never called/],
  ["fec0::1", /never called/],
  ["ff02::1", /never called/],
  ["fe80::1%eth0", /no address/],
  ["metadata.internal", /no address/],
])("never calls %s, whatever is allowed", async (address, reason) => {
  const networks = ["0.0.0.0/0", "::/0"];
  expect(await asks(200, {}, { address, networks })).toEqual({ is: "skip", reason: expect.stringMatching(reason) });
  expect(seen).toEqual([]);
});

test.each([
  ["10.0.0.7", ["10.0.0.0/8"], true],
  ["10.0.0.7", ["10.1.0.0/16", "10.0.0.7"], true],
  ["10.0.0.7", ["10.1.0.0/16"], false],
  ["172.31.255.1", PRIVATE_NETWORKS, true],
  ["172.32.0.1", PRIVATE_NETWORKS, false],
  ["100.64.0.1", PRIVATE_NETWORKS, false],
  ["fd12:3456::7", PRIVATE_NETWORKS, true],
  ["2600:1f18::7", ["::/0"], true],
  ["2001:db8::7", ["2001:db8::/32"], true],
  ["2001:db8::7", PRIVATE_NETWORKS, false],
])("calls %s where %j is allowed: %s", async (address, networks, called) => {
  const result = await asks(204, {}, { address, networks });
  expect(seen).toHaveLength(called ? 1 : 0);
  expect(result).toMatchObject(
    called ? { is: "done" } : { is: "skip", reason: `${address} is in none of drainHook.networks` },
  );
});

test("waits for an answer no longer than its budget, nor once that is called off", async () => {
  await expect(asks(null, { now: DEADLINE - 50 })).rejects.toThrow("timeout");
  await expect(asks(null, { signal: AbortSignal.abort(new Error("stopping")) })).rejects.toThrow("stopping");
});
