import { expect, test } from "vitest";
import { noticeOf } from "../../src/correlate/notice.ts";
import { incidentOf } from "../respond/support.ts";
import { SECOND, state, T0, warning } from "../correlate/support.ts";

const { body } = incidentOf(warning(0));
const [template] = body.signals;

test.each(["spot-interruption", "fargate-spot-stop", "capacity-reservation-interruption"] as const)(
  "what %s began is answered from its own time, whatever else is heard before the first action",
  (kind) => {
    if (template === undefined) throw new Error("an incident has a signal");
    const notice = { ...template, kind, at: T0 };
    const earlier = { ...template, kind: "state-change" as const, at: T0 - 30 * SECOND };
    expect(noticeOf({ ...body, signals: [earlier, notice] })).toEqual(notice);
  },
);

test("what is heard later is not what the first action answers", () => {
  const { body: ended } = incidentOf(state("shutting-down", 0), warning(5 * SECOND));
  expect(noticeOf(ended, T0 + 2 * SECOND)?.kind).toBe("state-change");
});
