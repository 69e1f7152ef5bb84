import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { IncidentDetailView, IncidentView } from "@spotkeeper/controller";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TASK } from "./messages.ts";
import { jsonLines, spotkeeper } from "./support.ts";

const view = (id: string, over: Partial<IncidentView> = {}): IncidentView => ({
  id,
  key: `incident#${id}`,
  subject: { type: "instance", id: id.split("#")[0] ?? "" },
  ordinal: 1,
  kinds: ["spot-interruption"],
  open: false,
  outcome: "drained",
  action: "terminate",
  mode: "act",
  rule: "default",
  account: "111122223333",
  region: "us-east-1",
  availabilityZone: "us-east-1b",
  name: "web\u001B[31m",
  instanceType: "m5.large",
  lifecycle: "spot",
  zoneId: null,
  privateIp: null,
  publicIp: null,
  launchedAt: null,
  uptimeSeconds: null,
  group: "web",
  cluster: null,
  services: [],
  owner: "ours",
  fleet: null,
  evidence: [],
  openedAt: "2026-11-20T12:00:00.000Z",
  noticedAt: "2026-11-20T12:00:00.000Z",
  deadline: "2026-11-20T12:02:00.000Z",
  firstActionAt: "2026-11-20T12:00:01.000Z",
  drainedAt: "2026-11-20T12:01:19.000Z",
  goneAt: null,
  servesAt: null,
  cancelledAt: null,
  closedAt: "2026-11-20T12:03:00.000Z",
  firstActionSeconds: 1,
  marginSeconds: 41,
  doing: [],
  stepsSettled: 3,
  stepsTotal: 3,
  alerts: [],
  flagged: [],
  ...over,
});

const detail: IncidentDetailView = {
  ...view("i-1#1"),
  signals: [],
  signalCount: 1,
  steps: [],
  slowestStep: { id: "drain-tasks", responder: "drain-tasks", seconds: 40.5 },
  timeline: [
    {
      incident: "i-1#1",
      at: "2026-11-20T12:00:00.000Z",
      secondsSinceOpened: 0,
      secondsLeft: 120,
      kind: "signal",
      text: "Spot interruption warning (terminate).",
      data: {},
    },
  ],
  timelineCut: false,
  missing: [],
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const NOW = "2026-11-20T12:01:00.000Z";
const json =
  (body: unknown, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

let answer: Answer = json({});
const asked: IncomingMessage[] = [];
const server = createServer((request, response) => {
  asked.push(request);
  answer(request, response);
});
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => void asked.splice(0));
const incidents = (...args: string[]) =>
  spotkeeper(["incidents", ...args, "--url", url], { env: { SPOTKEEPER_TOKEN: "s3cret" } });

test("list reads page by page up to the limit, with the filters and the token", async () => {
  answer = (request, response) => {
    const { searchParams } = new URL(request.url ?? "", url);
    const second = searchParams.get("cursor") === "c1";
    const items = second ? [view("i-3#1")] : [view("i-1#1"), view("i-2#1")];
    json({ items, now: NOW, next: second ? "c2" : "c1", missing: [] })(request, response);
  };
  const { code, stdout, stderr } = await incidents(
    "list",
    "--group",
    "web",
    "--open",
    "--instance-id",
    "i-9",
    "--limit",
    "3",
    "--output",
    "json",
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(jsonLines(stdout).map(({ id }) => id)).toEqual(["i-1#1", "i-2#1", "i-3#1"]);
  expect(asked.map((request) => request.url)).toEqual([
    "/api/v1/incidents?group=web&instanceId=i-9&open=true&limit=3",
    "/api/v1/incidents?group=web&instanceId=i-9&open=true&limit=1&cursor=c1",
  ]);
  expect(asked[0]?.headers.authorization).toBe("Bearer s3cret");
});

test("a table for people; text from outside is harmless; a store that is away is told", async () => {
  const open = view("i-2#1", {
    open: true,
    outcome: null,
    drainedAt: null,
    deadline: "2020-01-01T00:00:00Z",
    marginSeconds: null,
    group: null,
  });
  const due = view(`${TASK}#1`, { open: true, outcome: null, drainedAt: null, marginSeconds: null, stepsSettled: 2 });
  const drained = view("i-4#1", { open: true, outcome: null });
  answer = json({
    items: [view("i-1#1"), open, due, drained],
    now: NOW,
    next: null,
    missing: [{ store: "archive", message: "gone" }],
  });
  const { code, stdout, stderr } = await incidents();
  expect(code).toBe(0);
  // What is left is told by the worker's clock, and an id is whole: show takes it.
  expect(stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "))).toEqual([
    "ID  OPENED  WHAT  STATE  WHERE  GROUP  NAME",
    "i-1#1  2026-11-20 12:00:00  spot-interruption  drained, 41 s to spare  us-east-1b  web  web [31m",
    "i-2#1  2026-11-20 12:00:00  spot-interruption  open, 3 of 3 steps, time is over  us-east-1b  -  web [31m",
    `${TASK}#1  2026-11-20 12:00:00  spot-interruption  open, 2 of 3 steps, 60 s left  us-east-1b  web  web [31m`,
    "i-4#1  2026-11-20 12:00:00  spot-interruption  open, drained, 41 s to spare  us-east-1b  web  web [31m",
    "",
  ]);
  expect(stderr).toBe("The archive cannot be asked: gone\n");
  answer = json({ items: [], now: NOW, next: null, missing: [] });
  expect((await incidents("list")).stdout).toBe("No incidents.\n");
});

test("show: the flight recorder", async () => {
  answer = json(detail);
  const { code, stdout } = await incidents("show", "i-1#1");
  expect(code).toBe(0);
  expect(asked[0]?.url).toBe("/api/v1/incidents/i-1%231");
  expect(stdout).toBe(`i-1#1
  what:         spot-interruption (terminate)
  where:        111122223333 / us-east-1b
  instance:     web [31m, m5.large
  group:        web
  opened:       2026-11-20T12:00:00.000Z
  state:        drained
  deadline:     2026-11-20T12:02:00.000Z
  first action: 1 s after the notice came
  drained:      with 41 s to spare
  slowest step: wait for tasks to stop, 40.5 s

      +0.0 s  Spot interruption warning (terminate). (120.0 s left)
`);
  expect(JSON.parse((await incidents("show", "i-1#1", "--output", "json")).stdout)).toEqual(detail);
});

test.each([
  [["--outcome", "nonsense"], "Allowed choices are drained, nothing-drained, deadline-passed"],
  [["--from", "yesterday"], "It wants a time such as 2026-01-31T12:00:00Z."],
])("list refuses %j before it asks anybody", async (args, said) => {
  const { code, stdout, stderr } = await incidents("list", ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(said);
  expect(asked).toEqual([]);
});

test("show: what came after the deadline is told so, and not as time that is left", async () => {
  const [first] = detail.timeline;
  answer = json({ ...detail, marginSeconds: -3.2, timeline: [{ ...first, secondsLeft: -78.4 }] });
  const { stdout } = await incidents("show", "i-1#1");
  expect(stdout).toContain("drained:      3.2 s after the deadline");
  expect(stdout).toContain("(78.4 s after the deadline)");
});

test("show: the newest of an instance that is named alone, and words for a command where there is none", async () => {
  answer = (request, response) => {
    const list = json({ items: [view("i-1#2")], now: NOW, next: null, missing: [] });
    return (request.url?.includes("?") === true ? list : json(detail))(request, response);
  };
  expect((await incidents("show", "i-1")).code).toBe(0);
  expect(asked.map((request) => request.url)).toEqual([
    "/api/v1/incidents?instanceId=i-1&limit=1",
    "/api/v1/incidents/i-1%232",
  ]);
  answer = json({ items: [], now: NOW, next: null, missing: [] });
  const none = await incidents("show", "i-9");
  answer = json({ detail: "Ids have # written %23." }, 404);
  for (const { code, stderr } of [none, await incidents("show", "i-9#1")]) {
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No incident of i-9(#1)? is known there\. spotkeeper incidents list/);
    expect(stderr).toContain("(SK-API-NOT-FOUND)");
  }
});

test.each([
  [
    "a problem",
    json({ title: "x", detail: "The ledger is away." }, 503),
    /answered 503: The ledger is away\.\n\(SK-API-REFUSED\)/,
  ],
  [
    "a token that is wanted",
    json({ detail: "Say who you are." }, 401),
    /401: Say who you are\. Put its token into SPOTKEEPER_TOKEN\./,
  ],
  [
    "something else",
    (_: unknown, response: ServerResponse) => response.end("<html>"),
    /answered 200: that is no worker of Spotkeeper/,
  ],
  [
    "a redirect",
    (_: unknown, response: ServerResponse) => response.writeHead(302, { location: "http://x.invalid" }).end(),
    /SK-API-UNREACHABLE/,
  ],
  [
    "a connection that breaks",
    (_: unknown, response: ServerResponse) => response.destroy(),
    /No worker answers at 127\.0\.0\.1:\d+ \(.*\)\. Start one/,
  ],
] satisfies [string, Answer, RegExp][])("%s is 1, with a reason and without the token", async (_what, given, said) => {
  answer = given;
  const { code, stdout, stderr } = await incidents("show", "i-9");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(said);
  expect(stderr).not.toContain("s3cret");
});
