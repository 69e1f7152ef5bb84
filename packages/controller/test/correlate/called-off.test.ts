import { expect, test } from "vitest";
import { threatOf } from "../../src/decide/threat.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Signal } from "../../src/model/signal.ts";
import { calledOff, hear, HOUR, MINUTE, permutations, scheduled, T0, warning } from "./support.ts";

const DAY = 24 * HOUR;

/** What the incident of these is, which is one and the same in every order of arrival. */
function oneOf(...signals: readonly Signal[]): Incident {
  const [first, ...others] = permutations(signals).map((order) => {
    const incidents = hear(order);
    expect(incidents).toHaveLength(1);
    return incidents[0]!.body;
  });
  const seen = ({ deadline, hints }: Incident): unknown => ({ deadline, calledOff: hints["calledOff"] });
  for (const other of others) expect([seen(other), threatOf(other)]).toEqual([seen(first!), threatOf(first!)]);
  return first!;
}

test("an event that AWS calls off threatens nothing, whichever message comes first", () => {
  const incident = oneOf(scheduled(0, 5 * DAY), calledOff(HOUR));
  expect(threatOf(incident)).toBe("none");
  expect(incident.deadline).toBeNull();
});

test("a cancellation of an ARN of its own is about the event of the same matter", () => {
  const over = { eventArn: "arn:event/2", code: "AWS_EC2_INSTANCE_RETIREMENT_CANCELLED" };
  expect(threatOf(oneOf(scheduled(0, 5 * DAY), calledOff(HOUR, over)))).toBe("none");
  const another = { eventArn: "arn:event/2", code: "AWS_EC2_INSTANCE_REBOOT_CANCELLED" };
  expect(threatOf(oneOf(scheduled(0, 5 * DAY), calledOff(HOUR, another)))).toBe("scheduled");
});

test("of two events one that is called off leaves the other, and its time", () => {
  const incident = oneOf(scheduled(0, 5 * DAY), scheduled(MINUTE, 8 * DAY, "arn:event/other"), calledOff(HOUR));
  expect(threatOf(incident)).toBe("scheduled");
  expect(incident.deadline).toBe(T0 + 8 * DAY);
});

test("one that is announced anew after it was called off is to come", () => {
  const incident = oneOf(scheduled(0, 5 * DAY), calledOff(HOUR), scheduled(2 * HOUR, 9 * DAY));
  expect(threatOf(incident)).toBe("scheduled");
  expect(incident.deadline).toBe(T0 + 9 * DAY);
});

test("a warning beside it stands", () => {
  const incident = oneOf(scheduled(0, 5 * DAY), warning(HOUR), calledOff(HOUR + MINUTE));
  expect(threatOf(incident)).toBe("reclaim");
  expect(incident.deadline).toBe(T0 + HOUR + 2 * MINUTE);
});
