import { expect, test } from "vitest";
import type { SilencePreviewView, SilenceView } from "../../src/show/view/schema.ts";
import { NO_FACTS } from "../../src/decide/decide.ts";
import { incidentDoc } from "../record/support/samples.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { type Setting, startShow } from "./support/show.ts";

const PATH = "/api/v1/silences";
const inAnHour = (hours = 1): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const asked = (more: object = {}): object => ({
  match: { cluster: "prod", tag: { team: "x" } },
  endsAt: inAnHour(),
  author: "ana",
  comment: "load test",
  ...more,
});
const post = ({ show }: Setting, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(show.url + PATH, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const end = ({ show }: Setting, id: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${show.url}${PATH}/${id}`, { method: "DELETE", headers });
const list = async (setting: Setting, query = ""): Promise<readonly SilenceView[]> =>
  ((await (await setting.get(PATH + query)).json()) as { items: SilenceView[] }).items;

test("made, listed, ended; as documented", async () => {
  await using setting = await startShow();
  const made = await post(setting, asked());
  expect(made.status).toBe(201);
  const silence = (await expectAsDocumented(setting.show.url, "post", PATH, made)) as SilenceView;
  expect(silence).toMatchObject({ state: "active", match: { cluster: "prod", tag: { team: "x" } }, author: "ana" });
  const later = (await (
    await post(setting, asked({ startsAt: inAnHour(1), endsAt: inAnHour(2) }))
  ).json()) as SilenceView;
  expect(later.state).toBe("pending");
  await expectAsDocumented(setting.show.url, "get", PATH, await setting.get(PATH));
  expect((await list(setting)).map(({ id }) => id).toSorted()).toEqual([silence.id, later.id].toSorted());
  const ended = await end(setting, silence.id);
  expect(await expectAsDocumented(setting.show.url, "delete", `${PATH}/{id}`, ended)).toMatchObject({ state: "ended" });
  expect((await list(setting, "?state=ended")).map(({ id }) => id)).toEqual([silence.id]);
  expect((await list(setting, "?state=active")).length).toBe(0);
  for (const [id, status] of [
    ["nobody", 404],
    ["x".repeat(65), 400],
  ] as const) {
    const refused = await end(setting, id);
    expect(refused.status).toBe(status);
    await expectAsDocumented(setting.show.url, "delete", `${PATH}/{id}`, refused);
  }
});

const patch = ({ show }: Setting, id: string, body: unknown): Promise<Response> =>
  fetch(`${show.url}${PATH}/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test("edited: what is not given stays, and what was before is kept with who changed it", async () => {
  await using setting = await startShow();
  const made = (await (await post(setting, asked())).json()) as SilenceView;
  const endsAt = inAnHour(3);
  const answer = await patch(setting, made.id, { author: "bob", endsAt, comment: "longer" });
  const silence = (await expectAsDocumented(setting.show.url, "patch", `${PATH}/{id}`, answer)) as SilenceView;
  expect(silence).toMatchObject({ id: made.id, author: "ana", match: made.match, endsAt, comment: "longer" });
  expect(silence.edits).toMatchObject([{ by: "bob", before: { endsAt: made.endsAt, comment: "load test" } }]);
  const { edits } = (await (
    await patch(setting, made.id, { author: "eve", match: { group: "web" } })
  ).json()) as SilenceView;
  expect(edits.map(({ by }) => by)).toEqual(["bob", "eve"]);
  const [listed] = await list(setting);
  expect(listed).toMatchObject({ match: { group: "web" }, endsAt });
  expect(listed?.match).not.toHaveProperty("cluster");
});

test("an edit keeps its latest twenty changes", async () => {
  await using setting = await startShow();
  const { id } = (await (await post(setting, asked())).json()) as SilenceView;
  for (let n = 0; n < 22; n++) await patch(setting, id, { author: `a${n}`, comment: `c${n}` });
  const [listed] = await list(setting);
  expect(listed?.edits.map(({ by }) => by)).toEqual(Array.from({ length: 20 }, (_, n) => `a${n + 2}`));
});

test.each([
  ["a start in the past", {}, { startsAt: inAnHour() }, "startsAt: it has begun already"],
  ["an end that is over", {}, { endsAt: inAnHour(-1) }, "endsAt: it is over"],
  ["two ends", {}, { endsAt: inAnHour(2), seconds: 5 }, "endsAt: it and seconds are given"],
  ["an empty matcher", {}, { match: {} }, "match: it is empty"],
  ["everything and something", {}, { match: { group: "a" }, all: true }, "all: everything is asked for"],
  ["no author", { author: undefined }, { comment: "x" }, "author: "],
  ["an unknown field", {}, { until: "x" }, "until"],
])("an edit with %s is refused", async (_, base, change, why) => {
  await using setting = await startShow();
  const { id } = (await (await post(setting, asked())).json()) as SilenceView;
  const answer = await patch(setting, id, { author: "bob", ...base, ...change });
  expect(answer.status).toBe(400);
  const problem = (await expectAsDocumented(setting.show.url, "patch", `${PATH}/{id}`, answer)) as { detail: string };
  expect(problem.detail).toContain(why);
  expect((await list(setting))[0]?.edits).toEqual([]);
});

test("a silence of everything stays one when its end is edited; one that has ended is not edited", async () => {
  await using setting = await startShow();
  const { id } = (await (await post(setting, asked({ match: {}, all: true }))).json()) as SilenceView;
  expect((await patch(setting, id, { author: "bob", seconds: 60 })).status).toBe(200);
  await end(setting, id);
  const ended = await patch(setting, id, { author: "bob", seconds: 60 });
  expect([ended.status, ((await ended.json()) as { detail: string }).detail]).toEqual([
    400,
    "It has ended. Add another one.",
  ]);
  expect((await patch(setting, "nobody", { author: "bob", seconds: 60 })).status).toBe(404);
});

test("a preview shows which open incidents it would match, and changes nothing", async () => {
  const open = Array.from({ length: 120 }, (_, n) => ({
    doc: incidentDoc(`i-${n}`, { body: { openedAt: 1_000 + n, labels: { cluster: n < 110 ? "prod" : "test" } } }),
    facts: NO_FACTS,
  }));
  await using setting = await startShow({}, { openIncidents: () => Promise.resolve(open) });
  const preview = (body: object): Promise<Response> =>
    fetch(`${setting.show.url}${PATH}/preview`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const answer = await preview({ match: { cluster: "prod" } });
  const found = (await expectAsDocumented(setting.show.url, "post", `${PATH}/preview`, answer)) as SilencePreviewView;
  expect([found.count, found.of, found.items.length, found.items[0]?.id]).toEqual([110, 120, 100, "i-109#1"]);
  expect(await (await preview({ match: { cluster: "else" } })).json()).toEqual({ count: 0, of: 120, items: [] });
  expect(await (await preview({ match: {}, all: true })).json()).toMatchObject({ count: 120 });
  expect((await preview({ match: {} })).status).toBe(400);
  expect(await list(setting)).toEqual([]);
});

test("lasts so many seconds from its start, which is now unless it is told", async () => {
  await using setting = await startShow();
  const startsAt = inAnHour();
  for (const more of [{}, { startsAt }]) {
    const made = await post(setting, asked({ endsAt: undefined, seconds: 90.5, ...more }));
    const silence = (await expectAsDocumented(setting.show.url, "post", PATH, made)) as SilenceView;
    expect(Date.parse(silence.endsAt) - Date.parse(silence.startsAt)).toBe(90_500);
    if ("startsAt" in more) expect(silence.startsAt).toBe(startsAt);
  }
});

test.each([
  ["an empty matcher", { match: {} }, /all/],
  ["everything, and a matcher", { all: true }, /all/],
  ["an unknown key", { match: { colour: "red" } }, /colour/],
  ["an unknown kind", { match: { kind: ["storm"] } }, /match\.kind/],
  ["no end", { endsAt: undefined }, /endsAt/],
  ["two ends", { seconds: 60 }, /not both/],
  ["no time at all", { endsAt: undefined, seconds: 0 }, /seconds/],
  ["an end that is over", { endsAt: "2020-01-01T00:00:00Z" }, /over/],
  ["an end before its beginning", { startsAt: inAnHour(2) }, /not after startsAt/],
  ["more than a year", { endsAt: inAnHour(24 * 500) }, /400 days are too long/],
  ["nobody", { author: " " }, /author/],
  ["no reason", { comment: "" }, /comment/],
])("refuses %s", async (_, more, said) => {
  await using setting = await startShow();
  const response = await post(setting, asked(more));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "SK-SHOW-REQUEST", detail: expect.stringMatching(said) });
  expect(await list(setting)).toEqual([]);
});

test("everything, if it is said so", async () => {
  await using setting = await startShow();
  expect((await post(setting, asked({ match: {}, all: true }))).status).toBe(201);
});

test("is guarded as the rest: a token, and JSON that no form can send", async () => {
  await using setting = await startShow({ tokens: ["token"] });
  for (const response of [await post(setting, asked()), await end(setting, "x"), await setting.get(PATH)])
    expect(response.status).toBe(401);
  expect((await post(setting, asked(), { authorization: "Bearer token" })).status).toBe(201);
  await using open = await startShow();
  const form = await post(open, asked(), { "content-type": "text/plain" });
  expect([form.status, await form.json()]).toMatchObject([415, { code: "SK-SHOW-MEDIA-TYPE" }]);
  const large = await post(open, asked({ comment: "x".repeat(2_000_000) }));
  expect(large.status).toBe(413);
});

test("a ledger that is away is told as such", async () => {
  await using setting = await startShow();
  await setting.ledger.close();
  for (const response of [await post(setting, asked()), await setting.get(PATH), await end(setting, "x")])
    expect(response.status).toBe(503);
});
