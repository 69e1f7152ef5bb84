import { connect } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { createBus } from "../../src/show/bus.ts";
import type { ShowDeps } from "../../src/show/deps.ts";
import { startShow } from "./support/show.ts";

interface Reader extends AsyncDisposable {
  readonly response: Response;
  /** All that came until `text` did. */
  readonly until: (text: string) => Promise<string>;
  /** All that comes until the server ends it. */
  readonly rest: () => Promise<string>;
}

async function watch(url: string, headers: Record<string, string> = {}): Promise<Reader> {
  const stop = new AbortController();
  const response = await fetch(`${url}/api/v1/stream`, { headers, signal: stop.signal });
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const more = async (): Promise<boolean> => {
    const { done, value } = await chunks.read();
    heard += value ?? "";
    return !done;
  };
  return {
    response,
    async until(text) {
      while (!heard.includes(text)) if (!(await more())) throw new Error(`It ended without ${text}: ${heard}`);
      return heard;
    },
    async rest() {
      while (await more());
      return heard;
    },
    [Symbol.asyncDispose]: () => {
      stop.abort();
      return Promise.resolve();
    },
  };
}

test("tells what changes as it changes", async () => {
  await using setting = await startShow();
  await using reader = await watch(setting.show.url);
  expect(reader.response.headers.get("content-type")).toBe("text/event-stream");
  await reader.until("retry: ");

  setting.deps.bus.publish("incident", () => ({ id: "i-1#1", name: "line\nbreak" }));
  setting.deps.bus.publish("entry", () => ({ text: "drained" }));

  expect(await reader.until("drained")).toMatch(
    /^retry: 2000\n\nid: \w+-1\nevent: incident\ndata: {"id":"i-1#1","name":"line\\nbreak"}\n\nid: \w+-2\nevent: entry\ndata: {"text":"drained"}/,
  );
});

test("who comes back hears what was missed, and no more", async () => {
  await using setting = await startShow();
  const { bus } = setting.deps;
  await using first = await watch(setting.show.url);
  for (const n of [1, 2, 3]) bus.publish("entry", () => ({ n }));
  const [, id] = /id: (\w+-2)/.exec(await first.until('"n":3'))!;
  bus.publish("entry", () => ({ n: 4 }));

  await using again = await watch(setting.show.url, { "last-event-id": id! });
  const heard = await again.until('"n":4');

  expect(heard.match(/"n":\d/g)).toEqual(['"n":3', '"n":4']);
  expect(heard).not.toContain("reset");
});

test.each(["", "nonsense", "0-1", "-1", "x".repeat(5_000)])(
  "who names an event that is not known (%.10s) is told to fetch anew",
  async (id) => {
    await using setting = await startShow();
    setting.deps.bus.publish("entry", () => ({ n: 1 }));
    await using reader = await watch(setting.show.url, { "last-event-id": id });
    expect(await reader.until("event: ")).toContain("event: reset\ndata: {");
  },
);

test("a heartbeat keeps a silent stream open, and ends with its reader", async () => {
  const timers: { readonly at: number; readonly fn: () => void; cancelled: boolean }[] = [];
  const clock: ShowDeps["clock"] = {
    ...systemClock,
    now: () => 1_000_000,
    setTimer(at, fn) {
      const timer = { at, fn, cancelled: false };
      timers.push(timer);
      return () => (timer.cancelled = true);
    },
  };
  const bus = createBus(clock);
  let listening = 0;
  const subscribe: ShowDeps["bus"]["subscribe"] = (listener) => {
    listening++;
    const leave = bus.subscribe(listener);
    return () => {
      listening--;
      leave();
    };
  };
  await using setting = await startShow({}, { clock, bus: { ...bus, subscribe } });
  const reader = await watch(setting.show.url);
  await reader.until("retry");
  expect(timers.at(-1)?.at).toBe(1_015_000);
  timers.at(-1)!.fn();
  expect(await reader.until("\n:\n\n")).not.toContain("event");

  await reader[Symbol.asyncDispose]();
  await expect.poll(() => timers.at(-1)).toMatchObject({ at: 1_015_000, cancelled: true });
  expect(timers).toHaveLength(2);
  expect(listening).toBe(0);
  await setting.show.close(0).catch(() => undefined);
});

test("only so many may watch; a place that is left is free again", async () => {
  await using setting = await startShow();
  const readers = await Promise.all(Array.from({ length: 32 }, () => watch(setting.show.url)));
  const refused = await setting.get("/api/v1/stream");
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "SK-SHOW-BUSY" });
  expect((await setting.get("/api/v1/stream", {})).headers.get("retry-after")).toBe("5");

  await readers[0]![Symbol.asyncDispose]();
  const again = async (): Promise<number> => {
    await using next = await watch(setting.show.url);
    return next.response.status;
  };
  await expect.poll(again).toBe(200);
  await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()));
});

test("a reader that does not read is cut off, and holds nobody up", async () => {
  await using setting = await startShow();
  const { hostname, port } = new URL(setting.show.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`GET /api/v1/stream HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await using quick = await watch(setting.show.url);
  const big = "x".repeat(100_000);

  for (let n = 0; n < 200 && setting.logged.length === 0; n++) {
    setting.deps.bus.publish("entry", () => ({ n, big }));
    await quick.until(`"n":${n},`);
  }

  expect(setting.logged).toEqual(["warn: a reader of the live stream is too slow and was cut off"]);
  setting.deps.bus.publish("entry", () => ({ after: true }));
  await quick.until('"after":true');
  socket.on("error", () => undefined).resume();
  await closed;
});

test("closing ends the streams, and then lets nobody in", async () => {
  await using setting = await startShow();
  await using reader = await watch(setting.show.url);
  // Longer than the test may take: it does not wait for readers.
  const closing = setting.show.close(600_000);

  expect(setting.show.close(600_000)).toBe(closing);
  await reader.rest();
  await closing;
  await expect(setting.get("/healthz")).rejects.toThrow("fetch failed");
});

test("closing waits for a request that runs, but no longer than it may", async () => {
  let running = false;
  let release = (): void => undefined;
  const accept: ShowDeps["accept"] = () =>
    new Promise((resolve) => {
      running = true;
      release = () => resolve({ is: "accepted", incidents: [], errors: [] });
    });
  for (const slow of [false, true]) {
    running = false;
    await using setting = await startShow({ ingestTokens: ["token"] }, { accept });
    const answer = setting.post("{}", { authorization: "Bearer token" }).then(
      ({ status }) => status,
      () => "cut off",
    );
    await expect.poll(() => running).toBe(true);
    const closing = setting.show.close(slow ? 200 : 600_000);
    if (!slow) release();
    await closing;
    expect(await answer).toBe(slow ? "cut off" : 202);
  }
});
