import { createRoute, z } from "@hono/zod-openapi";
import { given, matcher } from "../../config/sections/matcher.ts";
import type { Ms } from "../../clock.ts";
import { NO_FACTS } from "../../decide/decide.ts";
import { surelyMatches } from "../../decide/match.ts";
import type { Silence } from "../../model/silence.ts";
import type { KnownSilence, SilenceChange } from "../../notify/silences.ts";
import type { ShowApp, ShowDeps } from "../deps.ts";
import { bounded, onlyJson } from "../middleware.ts";
import { Refusal } from "../problem.ts";
import { summaryView } from "../view/incident.ts";
import { silenceView } from "../view/silence.ts";
import { MOST_PREVIEWED, silencePreviewSchema, silenceSchema } from "../view/schema.ts";
import { problems } from "./problems.ts";

const PATH = "/api/v1/silences";
/** Longest silence; use the config for a longer one. */
const LONGEST: Ms = 400 * 86_400_000;
/** Maximum number of silences, since every alert evaluates all of them. */
const MOST = 1_000;

const time = z.iso.datetime({ offset: true, error: "wants a time such as 2026-01-31T12:00:00Z" });
const words = (most: number) =>
  z.string().trim().min(1, "wants some text").max(most, `wants at most ${most} characters`);

const what = {
  match: matcher.describe("As in a policy's rules; all that are given must match"),
  all: z.literal(true).optional().openapi({ description: "Said where the matcher is empty: everything is silenced" }),
};
const times = {
  startsAt: time.optional(),
  endsAt: time.optional().openapi({ description: "This, or seconds" }),
  seconds: z
    .number("wants seconds")
    .positive("wants more than no time")
    .optional()
    .openapi({ description: "How long it lasts, by the worker's own clock" }),
};
const asked = z.strictObject({ ...what, ...times, author: words(100), comment: words(300) }).openapi("SilenceAsked");

const edited = z
  .strictObject({
    ...what,
    match: what.match.optional(),
    ...times,
    seconds: times.seconds.openapi({ description: "How long it lasts from now, or from a later startsAt" }),
    author: words(100).openapi({ description: "Who edits it" }),
    comment: words(300).optional(),
  })
  .openapi("SilenceEdited");

const list = createRoute({
  method: "get",
  path: PATH,
  summary: "Silences, newest first; ended ones for some days",
  request: { query: z.strictObject({ state: z.enum(["active", "pending", "ended"]).optional() }) },
  responses: {
    200: {
      description: "Silences",
      content: { "application/json": { schema: z.object({ items: z.array(silenceSchema) }).openapi("Silences") } },
    },
    ...problems(400, 401, 503),
  },
});

const add = createRoute({
  method: "post",
  path: PATH,
  summary: "Ask for quiet about some incidents, until a time",
  request: { body: { required: true, content: { "application/json": { schema: asked } } } },
  responses: {
    201: { description: "It holds", content: { "application/json": { schema: silenceSchema } } },
    ...problems(400, 401, 413, 415, 503),
  },
});

const preview = createRoute({
  method: "post",
  path: `${PATH}/preview`,
  summary: "Which open incidents a silence would match now; changes nothing",
  request: { body: { required: true, content: { "application/json": { schema: z.strictObject(what) } } } },
  responses: {
    200: { description: "The incidents", content: { "application/json": { schema: silencePreviewSchema } } },
    ...problems(400, 401, 413, 415, 503),
  },
});

const edit = createRoute({
  method: "patch",
  path: `${PATH}/{id}`,
  summary: "Change a silence that has not ended; what is not given stays",
  request: {
    params: z.object({ id: z.string().max(64).openapi({ example: "k3f9a0zx" }) }),
    body: { required: true, content: { "application/json": { schema: edited } } },
  },
  responses: {
    200: { description: "The silence as it is now", content: { "application/json": { schema: silenceSchema } } },
    ...problems(400, 401, 404, 413, 415, 503),
  },
});

const expire = createRoute({
  method: "delete",
  path: `${PATH}/{id}`,
  summary: "End a silence now",
  request: { params: z.object({ id: z.string().max(64).openapi({ example: "k3f9a0zx" }) }) },
  responses: {
    200: { description: "It is over", content: { "application/json": { schema: silenceSchema } } },
    ...problems(400, 401, 404, 503),
  },
});

export type SilenceRoutes = Pick<ShowDeps, "silences" | "openIncidents" | "clock">;

export function addSilences(app: ShowApp, { silences, openIncidents, clock }: SilenceRoutes): void {
  app.openapi(list, async (c) => {
    const { state } = c.req.valid("query");
    const views = (await silences.list()).map((one) => silenceView(one, clock.now()));
    return c.json({ items: views.filter((one) => state === undefined || one.state === state) }, 200);
  });
  for (const [method, path] of [
    ["POST", PATH],
    ["POST", `${PATH}/preview`],
    ["PATCH", `${PATH}/:id`],
  ] as const)
    app.on(method, path, onlyJson, bounded);
  app.openapi(preview, async (c) => {
    const { match, all } = c.req.valid("json");
    const wrong = wrongMatch(given(match), all === true);
    if (wrong !== null) throw new Refusal("SK-SHOW-REQUEST", wrong);
    const open = await openIncidents();
    const silenced = open.filter(({ doc, facts }) => surelyMatches(given(match), doc.body, facts ?? NO_FACTS));
    const newest = silenced.toSorted((a, b) => b.doc.body.openedAt - a.doc.body.openedAt).slice(0, MOST_PREVIEWED);
    const items = newest.map(({ doc }) => summaryView(doc));
    return c.json({ count: silenced.length, of: open.length, items }, 200);
  });
  app.openapi(edit, async (c) => {
    const { id } = c.req.valid("param");
    const { author, ...change } = c.req.valid("json");
    const changed = await silences.edit(id, author, (silence, now) => changeOf(silence, change, now));
    if (changed === null) throw new Refusal("SK-SHOW-NOT-FOUND", `No silence is called ${id}.`);
    return c.json(silenceView(changed, clock.now()), 200);
  });
  app.openapi(add, async (c) => {
    const { match, all, author, comment, ...times } = c.req.valid("json");
    const now = clock.now();
    const startsAt = times.startsAt === undefined ? now : Date.parse(times.startsAt);
    const endsAt = endOf(times, startsAt);
    if (endsAt === null) throw new Refusal("SK-SHOW-REQUEST", "endsAt: wanted, or seconds, and not both.");
    const wrong = wrongWith(given(match), all === true, startsAt, endsAt, now) ?? (await tooMany(silences, now));
    if (wrong !== null) throw new Refusal("SK-SHOW-REQUEST", wrong);
    const made: KnownSilence = await silences.add({ match: given(match), startsAt, endsAt, author, comment });
    return c.json(silenceView(made, now), 201);
  });
  app.openapi(expire, async (c) => {
    const { id } = c.req.valid("param");
    const ended = await silences.expire(id);
    if (ended === null) throw new Refusal("SK-SHOW-NOT-FOUND", `No silence is called ${id}.`);
    return c.json(silenceView(ended, clock.now()), 200);
  });
}

/** Returns the end; null unless exactly one of `endsAt` and `seconds` is given. */
function endOf(
  { endsAt, seconds }: { readonly endsAt?: string | undefined; readonly seconds?: number | undefined },
  startsAt: Ms,
): Ms | null {
  if ((endsAt === undefined) === (seconds === undefined)) return null;
  return endsAt === undefined ? startsAt + Math.round((seconds ?? 0) * 1_000) : Date.parse(endsAt);
}

/** Returns what an edit makes of a silence. Throws SK-SHOW-REQUEST. */
function changeOf(silence: Silence, asked: Omit<z.infer<typeof edited>, "author">, now: Ms): SilenceChange {
  const begun = silence.startsAt <= now;
  const { startsAt, endsAt, comment } = silence;
  if (endsAt <= now) throw new Refusal("SK-SHOW-REQUEST", "It has ended. Add another one.");
  if (begun && asked.startsAt !== undefined)
    throw new Refusal("SK-SHOW-REQUEST", "startsAt: it has begun already. Leave it out.");
  if (asked.endsAt !== undefined && asked.seconds !== undefined)
    throw new Refusal("SK-SHOW-REQUEST", "endsAt: it and seconds are given. Leave one out.");
  const match = asked.match === undefined ? (asked.all === true ? {} : silence.match) : given(asked.match);
  const from = asked.startsAt === undefined ? startsAt : Date.parse(asked.startsAt);
  const to = endOf(asked, Math.max(from, now)) ?? endsAt;
  // Where the matcher stays, so does what was said about it.
  const all = asked.match === undefined ? Object.keys(match).length === 0 : asked.all === true;
  const wrong = wrongWith(match, all, from, to, now);
  if (wrong !== null) throw new Refusal("SK-SHOW-REQUEST", wrong);
  return { match, startsAt: from, endsAt: to, comment: asked.comment ?? comment };
}

function wrongMatch(match: object, all: boolean): string | null {
  const empty = Object.keys(match).length === 0;
  if (empty && !all) return 'match: it is empty, and would silence everything. Say so with "all": true.';
  return !empty && all ? "all: everything is asked for, and a matcher as well. Leave one out." : null;
}

function wrongWith(match: object, all: boolean, startsAt: Ms, endsAt: Ms, now: Ms): string | null {
  const wrong = wrongMatch(match, all);
  if (wrong !== null) return wrong;
  if (endsAt <= now) return "endsAt: it is over.";
  if (endsAt <= startsAt) return "endsAt: it is not after startsAt.";
  return endsAt - startsAt > LONGEST ? `endsAt: more than ${LONGEST / 86_400_000} days are too long.` : null;
}

async function tooMany(silences: SilenceRoutes["silences"], now: Ms): Promise<string | null> {
  const open = (await silences.list()).filter(({ endsAt }) => endsAt > now).length;
  return open >= MOST ? `There are ${open} silences. End some before you ask for more.` : null;
}
