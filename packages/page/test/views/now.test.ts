import type { NowView } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { sentenceOf, worstFirst } from "../../src/views/now/sentence.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const time = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString();
type Incident = NowView["incidents"][number];
const incident = (more: Partial<Incident>): Incident =>
  ({
    ...{
      id: "i-1#1",
      open: true,
      outcome: null,
      mode: "act",
      openedAt: time(-20),
      deadline: time(100),
      marginSeconds: null,
    },
    ...{ drainedAt: null, servesAt: null, cancelledAt: null },
    ...more,
  }) as Incident;
const alert = (stakes: readonly string[], asks: readonly string[] = []): NowView["alerts"][number] =>
  ({ severity: "critical", stakes: [...stakes], asks: [...asks] }) as unknown as NowView["alerts"][number];
const view = (more: Partial<NowView>): NowView => ({
  now: time(0),
  open: 0,
  incidents: [],
  alerts: [],
  last: null,
  ...more,
});

test("stakes come first, without their zones, and the next deadline as a countdown", () => {
  const incidents = [
    incident({}),
    incident({ id: "i-2#1", deadline: time(74) }),
    incident({ id: "i-3#1", drainedAt: time(-1) }),
  ];
  const stakes = ["checkout keeps 1 of 4 tasks, below its minimum of 2 (a keeps 0 of 2, b keeps 1 of 2)"];
  expect(sentenceOf(view({ open: 3, incidents, alerts: [alert(stakes, ["start 1 task"])] }), NOW)).toEqual({
    title: "checkout keeps 1 of 4 tasks, below its minimum of 2.",
    rest: "2 instances draining. Next deadline in 1:14. 1 thing to do for you.",
    tone: "bad",
  });
});

test("an alert that is not critical is no headline, wherever it stands", () => {
  const daemons = { ...alert(["only daemons run there (1 task)"]), severity: "info" as const };
  const incidents = [incident({})];
  expect(sentenceOf(view({ open: 1, incidents, alerts: [daemons] }), NOW)).toMatchObject({
    title: "1 instance draining.",
    tone: "busy",
  });
  const checkout = alert(["checkout keeps 1 of 4 tasks"]);
  const both = view({ open: 1, incidents, alerts: [daemons, checkout] });
  expect(sentenceOf(both, NOW).title).toBe("checkout keeps 1 of 4 tasks.");
  expect(worstFirst(both.alerts)).toEqual([checkout, daemons]);
});

test("without stakes it says what is under way; with nothing in danger, that", () => {
  expect(sentenceOf(view({ open: 1, incidents: [incident({})] }), NOW)).toMatchObject({
    title: "1 instance draining.",
    rest: "Nothing is known to be at stake. Next deadline in 1:40.",
  });
  expect(sentenceOf(view({ open: 1, incidents: [incident({ deadline: null })] }), NOW).title).toBe(
    "Nothing is in danger.",
  );
});

test("at rest it tells of the last incident, and of none where there was none", () => {
  const last = incident({ open: false, outcome: "drained", openedAt: time(-3 * 3_600), marginSeconds: 46.7 });
  expect(sentenceOf(view({ last }), NOW).rest).toBe("The last incident was 3 h ago: drained, with 47 s to spare.");
  expect(sentenceOf(view({}), NOW)).toEqual({
    title: "Nothing is happening.",
    rest: "No interruption was heard of yet.",
    tone: "calm",
  });
});
