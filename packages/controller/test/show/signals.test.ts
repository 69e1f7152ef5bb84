import { request } from "node:http";
import { expect, test } from "vitest";
import type { Verdict } from "../../src/signal/verdict.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { startShow } from "./support/show.ts";

const ingest = { ingestTokens: ["sender"] };
const bearer = { authorization: "Bearer sender" };

const verdicts: Readonly<Record<string, Verdict>> = {
  a: { is: "accepted", incidents: ["incident#i-1#1"], errors: ["one of its instances has no id"] },
  i: { is: "ignored", reason: "unknown-event" },
  r: { is: "rejected", reason: "not-an-event", message: "It is no event." },
  l: { is: "later", reason: "The disk is full." },
};
const verdict = (body: string): Verdict => verdicts[(JSON.parse(body) as { is: string }).is]!;
/** One AWS Health event that names so many instances. */
const health = (instances: number): object => ({
  id: "7bf73129-1428-4cd3-a780-95db273d1602",
  source: "aws.health",
  "detail-type": "AWS Health Event",
  account: "111122223333",
  region: "eu-west-1",
  time: "2026-01-31T12:00:00Z",
  resources: [],
  detail: {
    eventArn: "arn:aws:health:eu-west-1::event/EC2/AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED/1",
    service: "EC2",
    eventTypeCode: "AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED",
    eventTypeCategory: "scheduledChange",
    startTime: "Sat, 07 Feb 2026 12:00:00 GMT",
    affectedEntities: Array.from({ length: instances }, (_, at) => ({
      entityValue: `i-${String(at).padStart(17, "0")}`,
    })),
  },
});
const messages = (...is: readonly string[]): string => JSON.stringify(is.map((each) => ({ is: each })));

test("says of each message what became of it", async () => {
  await using setting = await startShow(ingest, { verdict });
  const response = await setting.post(messages("a", "i", "r"), bearer);

  expect(response.status).toBe(202);
  expect(await expectAsDocumented(setting.show.url, "post", "/api/v1/signals", response)).toEqual({
    accepted: 1,
    ignored: 1,
    rejected: 1,
    results: [
      { message: 1, is: "accepted", incidents: ["i-1#1"], errors: ["one of its instances has no id"], reason: null },
      { message: 2, is: "ignored", incidents: [], errors: [], reason: "unknown-event" },
      { message: 3, is: "rejected", incidents: [], errors: ["It is no event."], reason: "not-an-event" },
    ],
  });
  expect(setting.accepted).toEqual(['{"is":"a"}', '{"is":"i"}', '{"is":"r"}']);
});

test.each([
  ["one message", '{"is":"a"}', ['{"is":"a"}']],
  ["raw bodies in an array", '["{\\"is\\":\\"a\\"}"]', ['{"is":"a"}']],
  ["what is not JSON is one raw body, which the flow rejects", "{not json", ["{not json"]],
])("%s", async (_, body, bodies) => {
  await using setting = await startShow(ingest);
  expect((await setting.post(body, bearer)).status).toBe(202);
  expect(setting.accepted).toEqual(bodies);
});

test("one that could not be made durable is to be sent again", async () => {
  await using setting = await startShow(ingest, { verdict });
  const response = await setting.post(messages("a", "l"), bearer);

  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  expect(await expectAsDocumented(setting.show.url, "post", "/api/v1/signals", response)).toMatchObject({
    code: "SK-SHOW-LATER",
    accepted: 1,
    later: 1,
    results: [{ is: "accepted" }, { is: "later", reason: "The disk is full." }],
  });
});

test("a mistake of ours loses no signal: it is to be sent again", async () => {
  await using setting = await startShow(ingest, { accept: () => Promise.reject(new TypeError("secret detail")) });
  const response = await setting.post("{}", bearer);

  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain("secret detail");
  expect(setting.logged).toHaveLength(1);
});

test.each([
  ["no token", {}, 401, "SK-SHOW-UNAUTHORIZED"],
  ["a wrong token", { authorization: "Bearer other" }, 401, "SK-SHOW-UNAUTHORIZED"],
  ["a reader's token", { authorization: "Bearer reader" }, 401, "SK-SHOW-UNAUTHORIZED"],
  ["text", { ...bearer, "content-type": "text/plain" }, 415, "SK-SHOW-MEDIA-TYPE"],
  ["a form", { ...bearer, "content-type": "application/x-www-form-urlencoded" }, 415, "SK-SHOW-MEDIA-TYPE"],
  ["JSON in disguise", { ...bearer, "content-type": "application/jsonx" }, 415, "SK-SHOW-MEDIA-TYPE"],
  ["compressed", { ...bearer, "content-encoding": "gzip" }, 415, "SK-SHOW-MEDIA-TYPE"],
])("%s is refused", async (_, headers, status, code) => {
  await using setting = await startShow({ ...ingest, tokens: ["reader"] });
  const response = await setting.post("{}", headers);

  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ code });
  expect(setting.accepted).toEqual([]);
});

test.each(["application/json", "application/json; charset=utf-8", "application/cloudevents+json"])(
  "%s is JSON",
  async (type) => {
    await using setting = await startShow(ingest);
    expect((await setting.post("{}", { ...bearer, "content-type": type })).status).toBe(202);
  },
);

test("without a token configured none are taken, and it says so", async () => {
  await using setting = await startShow();
  const response = await setting.post("{}", bearer);

  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: "SK-SHOW-INGEST", detail: expect.stringContaining("token") });
  expect(setting.accepted).toEqual([]);
});

test.each([
  ["nothing", "", 400],
  ["an empty array", "[]", 400],
  ["an empty body", " ", 400],
  ["one message with more signals than one request takes", JSON.stringify(health(4_500)), 413],
  ["messages that hold more together", JSON.stringify([health(600), health(600)]), 413],
  ["more messages than one request takes", JSON.stringify(Array.from({ length: 1_001 }, () => 0)), 413],
  ["more bytes than one request takes", JSON.stringify("x".repeat(1024 * 1024)), 413],
])("%s is refused", async (_, body, status) => {
  await using setting = await startShow(ingest);
  const response = await setting.post(body, bearer);

  expect(response.status).toBe(status);
  expect(setting.accepted).toEqual([]);
  expect((await setting.post("{}", bearer)).status).toBe(202); // and the connection, or another one, goes on
});

test("what a trusted source forwards is counted as what AWS sends", async () => {
  const forwarded = JSON.stringify({ ...health(1_001), source: "pipe.spot" });
  await using setting = await startShow({ ...ingest, trusted: ["pipe.spot"] });
  expect((await setting.post(forwarded, bearer)).status).toBe(413);
  expect(setting.accepted).toEqual([]);
});

test("one message with a thousand signals is taken", async () => {
  await using setting = await startShow(ingest);
  expect((await setting.post(JSON.stringify(health(1_000)), bearer)).status).toBe(202);
  expect(setting.accepted).toHaveLength(1);
});

test("a body that does not say how long it is, is bounded all the same", async () => {
  await using setting = await startShow(ingest);
  const status = await new Promise<number>((resolve, reject) => {
    const out = request(`${setting.show.url}/api/v1/signals`, {
      method: "POST",
      headers: { ...bearer, "content-type": "application/json", "transfer-encoding": "chunked" },
    });
    out.on("response", (response) => resolve(response.statusCode ?? 0));
    out.on("error", reject);
    for (let sent = 0; sent < 40; sent++) out.write("x".repeat(32 * 1024));
    out.end();
  });
  expect(status).toBe(413);
});

test("a thousand messages of one request are taken side by side", async () => {
  let now = 0;
  let most = 0;
  const accept = async (): Promise<Verdict> => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now--;
    return { is: "accepted", incidents: [], errors: [] };
  };
  await using setting = await startShow(ingest, { accept });
  const response = await setting.post(JSON.stringify(Array.from({ length: 1_000 }, () => ({}))), bearer);

  expect(await response.json()).toMatchObject({ accepted: 1_000 });
  expect(most).toBe(1_000);
});
