import { expect, test } from "vitest";
import { createArchiver } from "../../src/record/archiver.ts";
import type { Archive } from "../../src/record/archive/archive.ts";
import type { Doc } from "../../src/model/doc.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Step } from "../../src/model/step.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import { incidentDoc, note, T0, warning } from "../record/support/samples.ts";
import { expectAsDocumented } from "./support/openapi.ts";
import { startShow, type Setting } from "./support/show.ts";

interface List {
  readonly items: readonly { readonly id: string; readonly open: boolean }[];
  readonly next: string | null;
  readonly missing: readonly { readonly store: string; readonly code: string }[];
}

const step = (id: string, changes: Partial<Step> = {}): Step => ({
  id,
  responder: id,
  params: {},
  after: [],
  notBefore: null,
  abandonAt: T0 + 110_000,
  attempts: 1,
  state: "done",
  retryAt: null,
  startedAt: T0 + 1_000,
  settledAt: T0 + 2_000,
  reason: null,
  receipt: { secret: "receipt" },
  ...changes,
});

const open = (id: string, body: Partial<Incident> = {}): Doc<"incident"> =>
  incidentDoc(id, { tags: [`subject#${id}`, "open"], body });
const closed = (id: string, body: Partial<Incident> = {}): Doc<"incident"> =>
  incidentDoc(id, { wakeAt: null, body: { outcome: "drained", closedAt: T0 + 60_000, ...body } });

async function store({ ledger }: Setting, ...docs: readonly Doc<"incident">[]): Promise<void> {
  expect(
    await ledger.commit(
      docs,
      docs.map((doc) => note(doc.key, "seen")),
    ),
  ).not.toBe("conflict");
}

async function toArchive({ ledger, archive }: Setting): Promise<void> {
  await createArchiver({ ledger, archive }).run();
  await ledger.purge(T0 + 10 ** 9);
}

async function list(setting: Setting, query = ""): Promise<List> {
  const response = await setting.get(`/api/v1/incidents${query}`);
  return (await expectAsDocumented(setting.show.url, "get", "/api/v1/incidents", response)) as List;
}

const ids = ({ items }: List): string[] => items.map(({ id }) => id);

test("lists open and archived incidents together, newest first", async () => {
  await using setting = await startShow();
  await store(setting, closed("i-1", { openedAt: T0 }), closed("i-3", { openedAt: T0 + 3 }));
  await toArchive(setting);
  await store(setting, open("i-2", { openedAt: T0 + 2 }), closed("i-4", { openedAt: T0 + 4 }));

  const page = await list(setting);

  expect(ids(page)).toEqual(["i-4#1", "i-3#1", "i-2#1", "i-1#1"]);
  expect(page.items.map((item) => item.open)).toEqual([false, false, true, false]);
  expect(page).toMatchObject({ next: null, missing: [] });
});

test("an incident that is archived and still in the ledger is listed once, as the ledger has it", async () => {
  await using setting = await startShow();
  await store(setting, closed("i-1"));
  await createArchiver(setting).run();
  const [again] = [await setting.ledger.load("incident#i-1#1", "incident")];
  await setting.ledger.commit(
    [{ ...again!, tags: [...again!.tags, "open"], body: { ...again!.body, closedAt: null, outcome: null } }],
    [],
  );

  const page = await list(setting);

  expect(page.items).toMatchObject([{ id: "i-1#1", open: true, outcome: null }]);
});

test.each([1, 2, 3, 7, 100])(
  "pages of %i give every incident once, though some move to the archive meanwhile",
  async (limit) => {
    await using setting = await startShow();
    // Several are opened in one millisecond, as in a storm.
    const at = (n: number): number => T0 + Math.floor(n / 4);
    await store(setting, ...Array.from({ length: 9 }, (_, n) => closed(`i-${n}`, { openedAt: at(n) })));
    await toArchive(setting);
    await store(setting, ...Array.from({ length: 9 }, (_, n) => closed(`i-1${n}`, { openedAt: at(n) })));
    await store(setting, ...Array.from({ length: 9 }, (_, n) => open(`i-2${n}`, { openedAt: at(n) })));

    const found: string[] = [];
    let cursor = "";
    for (let page = 0; page < 40; page++) {
      const { items, next } = await list(setting, `?limit=${limit}${cursor}`);
      expect(items.length).toBeLessThanOrEqual(limit);
      found.push(...items.map(({ id }) => id));
      if (page === 1) await toArchive(setting);
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }

    expect(found).toHaveLength(27);
    expect(new Set(found).size).toBe(27);
  },
);

test.each([
  [100, 150, 450],
  [100, 250, 0],
  [80, 250, 120],
])("pages of %i find their way through %i of the archive and %i of the ledger", async (limit, old, now) => {
  await using setting = await startShow();
  const spread = (count: number, n: number): number => T0 + Math.floor((n / count) * 10_000);
  await store(setting, ...Array.from({ length: old }, (_, n) => closed(`i-a${n}`, { openedAt: spread(old, n) })));
  await toArchive(setting);
  await store(setting, ...Array.from({ length: now }, (_, n) => open(`i-b${n}`, { openedAt: spread(now, n) })));

  const found: string[] = [];
  let cursor = "";
  for (let page = 0; page < 10; page++) {
    const { items, next } = await list(setting, `?limit=${limit}${cursor}`);
    found.push(...items.map(({ id }) => id));
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }

  expect(found).toHaveLength(old + now);
  expect(new Set(found).size).toBe(old + now);
});

const labels = { group: "web", cluster: "prod", instanceType: "m5.large", availabilityZone: "eu-west-1b" };
const odd = {
  openedAt: T0 + 10_000,
  outcome: "cancelled",
  region: "us-east-1",
  availabilityZone: null,
  labels,
  signals: [{ id: "m", kind: "rebalance", at: T0, receivedAt: T0, source: "sqs" }],
} as const;

test.each([
  ["from", "2026-01-01T00:00:05Z"],
  ["outcome", "cancelled"],
  ["kind", "rebalance"],
  ["group", "web"],
  ["cluster", "prod"],
  ["region", "us-east-1"],
  ["availabilityZone", "eu-west-1b"],
  ["instanceType", "m5.large"],
  ["instanceId", "i-odd"],
])("%s filters alike in the ledger and in the archive", async (name, value) => {
  await using setting = await startShow();
  await store(setting, closed("i-odd", odd), closed("i-even"));
  const before = await list(setting, `?${name}=${value}`);
  await toArchive(setting);
  await setting.show.close(100);
  await using later = await startShow({}, { archive: setting.archive });
  const after = await list(later, `?${name}=${value}`);

  expect(ids(before)).toEqual(["i-odd#1"]);
  expect(after.items).toEqual(before.items);
});

test("open tells those that go on from those that are over; to leaves its own instant out", async () => {
  await using setting = await startShow();
  await store(setting, open("i-1", { openedAt: T0 }), closed("i-2", { openedAt: T0 + 1_000 }));

  expect(ids(await list(setting, "?open=true"))).toEqual(["i-1#1"]);
  expect(ids(await list(setting, "?open=false"))).toEqual(["i-2#1"]);
  expect(ids(await list(setting, "?to=2026-01-01T00:00:01Z"))).toEqual(["i-1#1"]);
});

test.each([
  ["?limit=0", "limit"],
  ["?limit=501", "limit"],
  ["?limit=many", "limit"],
  ["?from=yesterday", "from"],
  ["?outcome=fine", "outcome"],
  ["?open=1", "open"],
  ["?instance_type=m5.large", "instance_type"],
  ["?region=a&region=b", "region"],
  ["?cursor=abc", "cursor"],
  [`?cursor=${Buffer.from(`[1,"incident#i-1#1","nonsense"]`).toString("base64url")}`, "cursor"],
])("%s is refused by name", async (query, name) => {
  await using setting = await startShow();
  const response = await setting.get(`/api/v1/incidents${query}`);
  const problem = await expectAsDocumented(setting.show.url, "get", "/api/v1/incidents", response);

  expect(response.status).toBe(400);
  expect(problem).toMatchObject({ code: "SK-SHOW-REQUEST", detail: expect.stringContaining(name) });
});

test("a lost store is named, and the other one answers", async () => {
  const away = (): Promise<never> => Promise.reject(new SpotkeeperError("SK-ARCHIVE-FULL", "No space left."));
  const archive: Archive = {
    put: away,
    get: away,
    list: away,
    panel: away,
    durations: away,
    close: () => Promise.resolve(),
  };
  await using setting = await startShow({}, { archive });
  await store(setting, open("i-1"));

  expect(await list(setting)).toMatchObject({
    items: [{ id: "i-1#1" }],
    missing: [{ store: "archive", code: "SK-ARCHIVE-FULL" }],
  });
  expect((await setting.get("/api/v1/incidents/i-1%231")).status).toBe(200);
  const unknown = await setting.get("/api/v1/incidents/i-2%231");
  expect(unknown.status).toBe(503); // it may be in the archive
  expect(await unknown.json()).toMatchObject({ code: "SK-SHOW-AWAY" });
});

test("without any store nothing is said to be nothing", async () => {
  const away = (): Promise<never> => Promise.reject(new SpotkeeperError("SK-LEDGER-FULL", "No space left."));
  await using base = await startShow();
  const ledger = { ...base.ledger, list: away, load: away };
  await using setting = await startShow(
    {},
    { ledger, archive: { get: away, list: away, panel: away, durations: away } },
  );

  for (const path of ["/api/v1/incidents", "/api/v1/incidents/i-1%231", "/api/v1/alerts"]) {
    const response = await setting.get(path);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "SK-SHOW-AWAY" });
  }
});

test("a mistake of ours is not taken for a store that is away, and is only told to the log", async () => {
  const broken = (): Promise<never> => Promise.reject(new TypeError("secret detail"));
  await using setting = await startShow(
    {},
    { archive: { get: broken, list: broken, panel: broken, durations: broken } },
  );
  const response = await setting.get("/api/v1/incidents");

  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret detail");
  expect(setting.logged).toEqual(["error: an HTTP request failed"]);
});

test("tells the timeline of one with what was left, and its slowest step", async () => {
  await using setting = await startShow();
  const body = {
    steps: [
      step("set-draining"),
      step("await-targets", { settledAt: T0 + 40_000 }),
      step("verify-gone", { state: "waiting", settledAt: null }),
    ],
    owed: [step("put-back", { startedAt: null, settledAt: null, state: "waiting" })],
    firstActionAt: T0 + 2_000,
    signals: [{ id: "m", kind: "spot-interruption", at: T0 + 500, receivedAt: T0 + 900, source: "sqs" }],
  } as const;
  await setting.ledger.commit([open("i-1", body)], [note("incident#i-1#1", "draining", T0 + 30_000)]);

  const answers = await Promise.all(
    ["i-1%231", "incident%23i-1%231"].map(async (id) => {
      const response = await setting.get(`/api/v1/incidents/${id}`);
      return expectAsDocumented(setting.show.url, "get", "/api/v1/incidents/{id}", response);
    }),
  );

  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({
    id: "i-1#1",
    firstActionSeconds: 1.5,
    doing: ["verify-gone"],
    stepsSettled: 2,
    stepsTotal: 4,
    slowestStep: { id: "await-targets", seconds: 39 },
    steps: [{ owed: false }, { seconds: 39 }, { seconds: null }, { id: "put-back", owed: true }],
    timeline: [{ text: "draining", secondsSinceOpened: 30, secondsLeft: 90, kind: "note" }],
    timelineCut: false,
  });
  expect(JSON.stringify(answers[0])).not.toContain("receipt");
});

test("once it is drained, what only watches is not the slowest", async () => {
  await using setting = await startShow();
  const steps = [
    step("await-targets", { settledAt: T0 + 40_000 }),
    step("drain-tasks", { settledAt: T0 + 60_000 }),
    step("verify-replacement", { settledAt: T0 + 500_000 }),
  ];
  await setting.ledger.commit([open("i-1", { steps, drainedAt: T0 + 60_000 })], []);
  const response = await setting.get("/api/v1/incidents/i-1%231");
  expect(await response.json()).toMatchObject({ slowestStep: { id: "drain-tasks", seconds: 59 } });
});

test("finds one in the archive once the ledger has let go of it, and a Fargate task by its ARN", async () => {
  await using setting = await startShow();
  const arn = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123";
  await store(setting, { ...closed(arn), body: { ...closed(arn).body, subject: { type: "task", id: arn } } });
  await toArchive(setting);
  expect(await setting.ledger.load(`incident#${arn}#1`, "incident")).toBeNull();

  const response = await setting.get(`/api/v1/incidents/${encodeURIComponent(`${arn}#1`)}`);

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ id: `${arn}#1`, timeline: [{ text: "seen" }] });
});

test.each(["i-404%231", "i-1", "%231", "group%23web%231", "x".repeat(2_100), "%E0%A4%A"])(
  "there is no incident %s",
  async (id) => {
    await using setting = await startShow();
    await store(setting, open("i-1"));
    const response = await setting.get(`/api/v1/incidents/${id}`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "SK-SHOW-NOT-FOUND" });
  },
);

test("what a real signal opens is there at once", async () => {
  await using setting = await startShow();
  await setting.ledger.accept(warning("i-7"), T0 + 1_000);

  expect(await list(setting)).toMatchObject({
    items: [
      { id: "i-7#1", kinds: ["spot-interruption"], noticedAt: "2026-01-01T00:00:00.000Z", firstActionSeconds: null },
    ],
  });
});
