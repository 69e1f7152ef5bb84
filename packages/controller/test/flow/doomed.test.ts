import { beforeEach, expect, test } from "vitest";
import { type Doomed, noteOfDoomed, trackDoomed } from "../../src/flow/doomed.ts";
import type { Doc } from "../../src/model/doc.ts";
import { T0, warning } from "../correlate/support.ts";
import { incidentOf } from "../respond/support.ts";

let now: number;
let doomed: Doomed;

beforeEach(() => {
  now = T0;
  doomed = trackDoomed({ now: () => now, sleep: () => Promise.resolve(), setTimer: () => () => {} });
});

/** A warned instance. */
function of(id: string, body: Partial<Doc<"incident">["body"]> = {}): Doc<"incident"> {
  const doc = incidentOf(warning(0));
  return { ...doc, key: `incident#${id}#1`, body: { ...doc.body, subject: { type: "instance", id }, ...body } };
}

/** A ledger that has these, two to a page; those of `unnoted` were written by an earlier Spotkeeper. */
const listing = (docs: readonly Doc<"incident">[], unnoted: readonly Doc<"incident">[] = []) => ({
  outline(_tag: string, cursor = "0") {
    const from = Number(cursor);
    const all = [
      ...docs.map((doc) => ({ key: doc.key, note: noteOfDoomed(doc)?.note ?? null })),
      ...unnoted.map(({ key }) => ({ key, note: null })),
    ];
    const items = all.slice(from, from + 2);
    return Promise.resolve(from + 2 < all.length ? { items, next: String(from + 2) } : { items });
  },
  load: (key: string) => Promise.resolve(([...docs, ...unnoted].find((doc) => doc.key === key) ?? null) as never),
});

test("what is warned of counts until its incident closes or its notice is withdrawn", () => {
  doomed.saw(of("i-1"));
  expect([...doomed.current()]).toEqual(["i-1"]);
  now += 1_000;
  doomed.saw(of("i-1", { closedAt: T0 }));
  doomed.saw(of("i-2"));
  expect([...doomed.current()]).toEqual(["i-2"]);
  now += 1_000;
  doomed.saw(of("i-2", { cancelledAt: T0 }));
  expect([...doomed.current()]).toEqual([]);
});

test("the list of open incidents is read to its last page, and what others have closed is forgotten", async () => {
  doomed.saw(of("i-9"));
  now += 60_000;
  const open = await doomed.reload(listing([of("i-1"), of("i-2")], [of("i-3")]));
  now += 1_000;
  expect([...doomed.current()].toSorted()).toEqual(["i-1", "i-2", "i-3"]);
  expect(open.size).toBe(3);
});

test("a list that lags neither forgets what was heard just now, nor brings back what has just closed", async () => {
  doomed.saw(of("i-1"));
  doomed.saw(of("i-2", { cancelledAt: T0 }));
  await doomed.reload(listing([of("i-2")]));
  expect([...doomed.current()]).toEqual(["i-1"]);
});

test("a storm reads one snapshot for a tenth of a second", () => {
  doomed.saw(of("i-1"));
  const first = doomed.current();
  doomed.saw(of("i-2"));
  expect(doomed.current()).toBe(first);
  now += 100;
  expect(doomed.current().size).toBe(2);
});
