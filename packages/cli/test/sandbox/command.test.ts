import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { jsonLines, spotkeeper, start } from "../support.ts";

test("tells in lines what happens, and at the end what came of it", async () => {
  const child = start(["sandbox", "--port", "0", "--output", "json"]);
  let out = "";
  child.stdout!.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const log = text(child.stderr!);
  const until = async (event: string): Promise<void> => {
    while (!out.includes(`"event":"${event}"`)) await sleep(50);
  };
  await until("drained");
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  const url = /page: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(await log)?.[1];
  expect({ code, url }).toEqual({ code: 130, url: expect.any(String) });
  const events = jsonLines(out);
  expect(events[0]).toMatchObject({ event: "opened", incident: expect.stringMatching(/^incident#i-/) });
  expect(events.find(({ event }) => event === "drained")?.["marginSeconds"]).toBeGreaterThan(0);
  expect(events.at(-1)).toMatchObject({ event: "summary", tasksLost: 0, duplicateEffects: 0, throttled: 0 });
  expect(events.at(-1)?.["awsCalls"]).toBeGreaterThan(10);
});

test("serves the API while it runs, and ends by itself", async () => {
  const child = start(["sandbox", "--port", "0", "--duration", "20"]);
  const outcome = Promise.all([text(child.stdout!), once(child, "close")]);
  let intro = "";
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
    intro += chunk.toString();
    if (intro.includes("\n")) break;
  }
  const url = /page: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(intro)![1]!;
  // Not at once on a busy machine: at 60 times the speed a call has 50 ms of the wall's time to be answered.
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  let items: readonly { readonly id: string }[] = [];
  for (let tries = 0; items.length === 0 && tries < 190; tries += 1) {
    await sleep(100);
    ({ items } = (await (await fetch(`${url}/api/v1/incidents`)).json()) as { items: typeof items });
  }
  const found = await fetch(`${url}/api/v1/incidents/${encodeURIComponent(items[0]!.id)}`);
  expect(await found.json()).toMatchObject({ id: items[0]!.id, timeline: expect.any(Array) });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain("spotkeeper_signals_total");
  const [out, [code]] = await outcome;
  expect(code).toBe(0);
  expect(out).toMatch(/^\d\d:\d\d:\d\d opened {2}i-\w+ reclaim, [\w-]+, [\w.]+ in us-east-1[abc], 1:\d\d left$/m);
  expect(out).toMatch(/^drained before the deadline +\d+ of \d+$/m);
});

test("a port that is taken is told, with what to do", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await spotkeeper(["sandbox", "--port", String(port)]);
  other.close();
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`127.0.0.1:${port}`);
  expect(stderr).toContain("--port");
  expect(stderr).toContain("SK-CALL-PORT");
});

test.each([
  ["--speed", "0"],
  ["--speed", "fast"],
  ["--port", "70000"],
  ["--duration", "0"],
  ["--trace", "nowhere.csv"],
])("%s %s is refused", async (...args) => {
  expect((await spotkeeper(["sandbox", ...args])).code).toBe(2);
});
