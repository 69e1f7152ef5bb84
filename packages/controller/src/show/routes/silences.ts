import { createRoute, z } from "@hono/zod-openapi";
import { given, matcher } from "../../config/sections/matcher.ts";
import type { Clock, Ms } from "../../clock.ts";
import type { KnownSilence, Silences } from "../../notify/silences.ts";
import type { ShowApp } from "../deps.ts";
import { bounded, onlyJson } from "../middleware.ts";
import { Refusal } from "../problem.ts";
import { silenceView } from "../view/silence.ts";
import { silenceSchema } from "../view/schema.ts";
import { problems } from "./problems.ts";

const PATH = "/api/v1/silences";
/** Longest silence; use the config for a longer one. */
const LONGEST: Ms = 400 * 86_400_000;
/** Maximum number of silences, since every alert evaluates all of them. */
const MOST = 1_000;

const time = z.iso.datetime({ offset: true, error: "wants a time such as 2026-01-31T12:00:00Z" });
const words = (most: number) =>
  z.string().trim().min(1, "wants some text").max(most, `wants at most ${most} characters`);

const asked = z
  .strictObject({
    match: matcher.describe("As in a policy's rules; all that are given must match"),
    all: z.literal(true).optional().openapi({ description: "Said where the matcher is empty: everything is silenced" }),
    startsAt: time.optional(),
    endsAt: time.optional().openapi({ description: "This, or seconds" }),
    seconds: z
      .number("wants seconds")
      .positive("wants more than no time")
      .optional()
      .openapi({ description: "How long it lasts, by the worker's own clock" }),
    author: words(100),
    comment: words(300),
  })
  .openapi("SilenceAsked");

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

export interface SilenceRoutes {
  readonly silences: Pick<Silences, "list" | "add" | "expire">;
  readonly clock: Clock;
}

export function addSilences(app: ShowApp, { silences, clock }: SilenceRoutes): void {
  app.openapi(list, async (c) => {
    const { state } = c.req.valid("query");
    const views = (await silences.list()).map((one) => silenceView(one, clock.now()));
    return c.json({ items: views.filter((one) => state === undefined || one.state === state) }, 200);
  });
  app.on("POST", PATH, onlyJson, bounded);
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
function endOf({ endsAt, seconds }: Pick<z.infer<typeof asked>, "endsAt" | "seconds">, startsAt: Ms): Ms | null {
  if ((endsAt === undefined) === (seconds === undefined)) return null;
  return endsAt === undefined ? startsAt + Math.round((seconds ?? 0) * 1_000) : Date.parse(endsAt);
}

function wrongWith(match: object, all: boolean, startsAt: Ms, endsAt: Ms, now: Ms): string | null {
  const empty = Object.keys(match).length === 0;
  if (empty && !all) return 'match: it is empty, and would silence everything. Say so with "all": true.';
  if (!empty && all) return "all: everything is asked for, and a matcher as well. Leave one out.";
  if (endsAt <= now) return "endsAt: it is over.";
  if (endsAt <= startsAt) return "endsAt: it is not after startsAt.";
  return endsAt - startsAt > LONGEST ? `endsAt: more than ${LONGEST / 86_400_000} days are too long.` : null;
}

async function tooMany(silences: SilenceRoutes["silences"], now: Ms): Promise<string | null> {
  const open = (await silences.list()).filter(({ endsAt }) => endsAt > now).length;
  return open >= MOST ? `There are ${open} silences. End some before you ask for more.` : null;
}
