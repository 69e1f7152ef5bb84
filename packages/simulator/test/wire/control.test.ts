import { afterEach, beforeEach, expect, test } from "vitest";

import type { JsonObject, Operation } from "../../src/operation.ts";
import type { SimulatorServer } from "../../src/server.ts";
import { serveSimulator } from "../../src/server.ts";
import type { Bench } from "./support.ts";
import { bench, START } from "./support.ts";

const operations: readonly Operation<null>[] = [
  {
    service: "ec2",
    name: "DescribeInstances",
    mutating: false,
    input: { MaxResults: { type: "integer" } },
    run: (_world, input) => ({ Seen: JSON.stringify(input) }),
  },
  { service: "ecs", name: "ListClusters", mutating: false, run: () => ({ clusterArns: [] }) },
  {
    service: "ecs",
    name: "Broken",
    mutating: false,
    run: () => {
      throw new TypeError("a bug of the model");
    },
  },
];

let setup: Bench;
let server: SimulatorServer;
beforeEach(async () => {
  setup = bench(operations, { describeWorld: () => ({ instances: 3 }) });
  server = await serveSimulator(setup.simulator);
});
afterEach(() => server.close());

const ecs = (operation: string, body = "{}"): Promise<Response> =>
  fetch(server.url, {
    method: "POST",
    headers: { "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}` },
    body,
  });
const form = (body: string): Promise<Response> =>
  fetch(server.url, { method: "POST", body: new URLSearchParams(body) });
const sim = async (path: string, init?: RequestInit): Promise<{ status: number; body: JsonObject }> => {
  const response = await fetch(`${server.url}/_sim/${path}`, init);
  return { status: response.status, body: (await response.json()) as JsonObject };
};

test("calls can be asked for, all or some, with their counts", async () => {
  await ecs("ListClusters");
  await form("Action=DescribeInstances&Version=2016-11-15&MaxResults=7");
  const all = await sim("calls");
  expect(all.body["counts"]).toEqual({ "ec2:DescribeInstances:ok": 1, "ecs:ListClusters:ok": 1 });
  const some = await sim("calls?service=ec2&outcome=ok");
  expect(some.body["calls"]).toMatchObject([
    {
      sequence: 2,
      operation: "DescribeInstances",
      input: { MaxResults: 7 },
      performed: true,
      at: START,
      account: "123456789012",
    },
  ]);
});

test("faults are added, listed with how often they met, and cleared", async () => {
  const fault = {
    match: { service: "ecs" },
    effect: { kind: "error", code: "ServerException", status: 500 },
    times: 1,
  };
  expect((await sim("faults", { method: "POST", body: JSON.stringify(fault) })).status).toBe(201);
  expect((await ecs("ListClusters")).status).toBe(500);
  expect((await sim("faults")).body).toEqual({ faults: [{ ...fault, met: 1 }] });
  expect((await sim("faults", { method: "DELETE" })).body).toEqual({ faults: [] });
});

test.each([
  ["not json", "is not valid JSON"],
  ["null", "must be a JSON object"],
  ['{"effect":{"kind":"oops"}}', "effect.kind must be one of"],
  ['{"effect":{"kind":"latency"}}', "effect.ms"],
  ['{"effect":{"kind":"error"}}', "effect.code"],
  ['{"effect":{"kind":"hang"},"times":-1}', "times must be a whole number"],
  ['{"effect":{"kind":"hang"},"tiems":1}', "no field 'tiems'"],
  ['{"match":{"operation":3},"effect":{"kind":"hang"}}', "match.operation must be a string"],
  ['{"match":{"op":"x"},"effect":{"kind":"hang"}}', "no field 'op'"],
  ['{"match":[],"effect":{"kind":"hang"}}', "match must be an object"],
])("the fault %s is refused with a reason", async (body, reason) => {
  const answer = await sim("faults", { method: "POST", body });
  expect(answer.status).toBe(400);
  expect(answer.body["error"]).toContain(reason);
  expect(setup.simulator.faults.list()).toEqual([]);
});

test("clock and state are told", async () => {
  expect((await sim("clock")).body).toEqual({ now: START, iso: "2026-01-05T10:00:00.000Z" });
  setup.simulator.queues.create("123456789012", "us-east-1", "q").send("x");
  expect((await sim("state")).body).toEqual({
    world: { instances: 3 },
    queues: [{ account: "123456789012", region: "us-east-1", name: "q", visible: 1, inFlight: 0, delayed: 0 }],
    published: 0,
    callsInFlight: 0,
  });
  expect((await sim("else")).status).toBe(404);
});

test("answers carry the clock's date, and a request id that the log knows", async () => {
  const response = await ecs("ListClusters");
  expect(response.headers.get("date")).toBe("Mon, 05 Jan 2026 10:00:00 GMT");
  expect(response.headers.get("x-amzn-requestid")).toBe(setup.simulator.calls.recent()[0]?.requestId);
});

test("a query can be a GET", async () => {
  const response = await fetch(`${server.url}/?Action=DescribeInstances&Version=2016-11-15&MaxResults=9`);
  expect(await response.text()).toContain("{&quot;MaxResults&quot;:9}");
});

test.each<[string, () => Promise<Response>, number, string]>([
  ["no service", () => fetch(server.url), 400, "cannot tell which AWS service"],
  ["JSON that is none", () => ecs("ListClusters", "{"), 400, "SerializationException"],
  ["JSON that is a list", () => ecs("ListClusters", "[]"), 400, "SerializationException"],
  [
    "a number that is none",
    () => form("Action=DescribeInstances&Version=2016-11-15&MaxResults=x"),
    400,
    "MalformedInput",
  ],
  [
    "names too deep",
    () => form(`Action=DescribeInstances&Version=2016-11-15&${"a.".repeat(50)}=1`),
    400,
    "nested too deeply",
  ],
  ["a body too long", () => ecs("ListClusters", " ".repeat(9 * 1024 * 1024)), 413, "longer than"],
  ["a bug of the model", () => ecs("Broken"), 500, "InternalFailure"],
])("%s is answered, and the next call works", async (_name, send, status, text) => {
  const response = await send();
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(text);
  expect((await ecs("ListClusters")).status).toBe(200);
});

test("closing breaks what is open, and twice is once", async () => {
  setup.simulator.faults.add({ match: {}, effect: { kind: "hang" } });
  const hanging = ecs("ListClusters").catch(() => "broken");
  await expect.poll(() => setup.simulator.calls.inFlight()).toBe(1);
  const closed = server.close();
  expect(server.close()).toBe(closed);
  await closed;
  expect(await hanging).toBe("broken");
  await expect.poll(() => setup.simulator.calls.inFlight()).toBe(0);
});
