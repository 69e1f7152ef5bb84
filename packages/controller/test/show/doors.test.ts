import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { callerAddress } from "../../src/show/doors.ts";
import { raw, startShow } from "./support/show.ts";

const ingest = { ingestTokens: ["sender"] };
const bearer = { authorization: "Bearer sender" };

/** So many connections, each of which has sent `text` and then says nothing any longer. */
async function hold(url: string, many: number, text = ""): Promise<Disposable & { readonly open: () => number }> {
  const { port, hostname } = new URL(url);
  const sockets: Socket[] = [];
  for (let at = 0; at < many; at++) {
    const socket = connect(Number(port), hostname.replace(/^\[(.*)\]$/, "$1"));
    socket.on("error", () => {}).resume();
    sockets.push(socket);
    if (at % 50 === 49 || at === many - 1) await Promise.race([once(socket, "connect"), once(socket, "close")]);
    socket.write(text);
  }
  return {
    open: () => sockets.filter((socket) => !socket.destroyed && socket.readyState === "open").length,
    [Symbol.dispose]: () => sockets.forEach((socket) => socket.destroy()),
  };
}

const half = `POST /api/v1/signals HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sender\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`;

test.each([
  ["silent connections", ""],
  ["half a request line", "GET /healt"],
  ["half of the headers", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "],
  ["requests that are answered, and connections that are kept", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
])("600 of one address shut nobody out: %s", async (_, text) => {
  await using setting = await startShow(ingest);
  using held = await hold(setting.show.url, 600, text);
  const began = performance.now();
  for (const path of ["/healthz", "/readyz", "/api/v1/incidents"]) {
    const response = await fetch(setting.show.url + path, { signal: AbortSignal.timeout(5_000) });
    expect([path, response.status]).toEqual([path, 200]);
  }
  expect((await setting.post("{}", bearer)).status).toBe(202);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(held.open()).toBeLessThanOrEqual(256);
});

test("requests of one address that do not come to their end are bounded; probes are answered", async () => {
  await using setting = await startShow(ingest);
  using stack = new DisposableStack();
  const held = stack.use(await hold(setting.show.url, 300, half));
  // Over a connection of its own: one that is kept may be the one that gives way.
  const ask = async () => raw(`${setting.show.url}/api/v1/incidents`, {});
  const askAmongMore = async (): Promise<number> => {
    stack.use(await hold(setting.show.url, 5, half));
    await delay(100); // so that these have arrived
    return (await ask()).status;
  };
  await expect.poll(askAmongMore, { timeout: 10_000 }).toBe(503);
  const refused = await ask();
  expect(refused.headers["retry-after"]).toBe("1");
  expect(JSON.parse(refused.text)).toMatchObject({ code: "SK-SHOW-BUSY" });
  for (const path of ["/healthz", "/readyz"]) expect((await raw(setting.show.url + path, {})).status).toBe(200);
  expect(held.open()).toBeGreaterThan(200);
});

test("a proxy is many: 2,000 agents behind it are all heard", async () => {
  await using setting = await startShow({ ...ingest, proxies: ["127.0.0.0/8"] });
  using held = await hold(setting.show.url, 1_400, half);
  const answers = await Promise.all(Array.from({ length: 600 }, async () => (await setting.post("{}", bearer)).status));
  expect(answers.filter((status) => status !== 202)).toEqual([]);
  expect(held.open()).toBe(1_400);
});

test("who says nothing at all is closed after ten seconds", { timeout: 30_000 }, async () => {
  await using setting = await startShow();
  using held = await hold(setting.show.url, 20);
  const began = performance.now();
  await expect.poll(() => held.open(), { timeout: 25_000, interval: 100 }).toBe(0);
  expect(performance.now() - began).toBeLessThan(16_000);
});

test.each([
  ["10.0.0.5", "10.0.0.5"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::", "fe80:0:0:0::/64"],
  ["", ""],
])("%s is counted as %s", (address, caller) => {
  expect(callerAddress(address)).toBe(caller);
});

test.each([
  [[], 256],
  [["::1"], 300],
])("over IPv6, with the proxies %j, of 300 connections %i stay", async (proxies, open) => {
  await using setting = await startShow({ ...ingest, proxies, listen: "[::1]:0" });
  using held = await hold(setting.show.url, 300);
  await expect.poll(held.open).toBe(open);
});
