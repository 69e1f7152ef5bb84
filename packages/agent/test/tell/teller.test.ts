import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { SpotkeeperError } from "../../src/errors.ts";
import { createSend } from "../../src/net/send.ts";
import { systemClock } from "../../src/clock.ts";
import type { Notice } from "../../src/notice.ts";
import { eventOf, type Identity, identityOf, withdrawalOf } from "../../src/tell/event.ts";
import type { AgentEvents } from "../../src/events.ts";
import { byEventBridge, byHttp, createTeller, type SendEvent, connectTeller } from "../../src/tell/teller.ts";
import { virtualClock } from "../support/clock.ts";

const document = JSON.stringify({
  instanceId: "i-0123456789abcdef0",
  region: "eu-west-1",
  accountId: "111122223333",
  availabilityZone: "eu-west-1b",
});
const warning: Notice = {
  kind: "interruption",
  action: "terminate",
  deadline: "2026-01-31T12:02:00.000Z",
  noticedAt: "2026-01-31T12:00:00.700Z",
  detail: null,
};
const found = identityOf(document);

function teller(tell: SendEvent, answers: readonly (Identity | null)[] = [found]) {
  const clock = virtualClock();
  const left = [...answers];
  const troubles: SpotkeeperError[] = [];
  const identify = async (): Promise<Identity | null> => (left.length > 1 ? left.shift()! : left[0]!);
  return {
    clock,
    troubles,
    told: createTeller({ tell, identify, clock, onTrouble: (error) => void troubles.push(error) }),
  };
}

test("a warning becomes AWS's own event, at the warning's time, with the same id however often", () => {
  const me = identityOf(document)!;
  const event = eventOf(warning, me);
  expect(event).toEqual({
    id: "i-0123456789abcdef0-2026-01-31T12:00:00.000Z",
    detailType: "EC2 Spot Instance Interruption Warning",
    time: "2026-01-31T12:00:00.000Z",
    detail: { "instance-id": "i-0123456789abcdef0", "instance-action": "terminate" },
  });
  expect(eventOf({ ...warning, noticedAt: "2026-01-31T12:00:05.000Z" }, me)).toEqual(event);
  expect(eventOf({ ...warning, action: "hibernate" }, me)?.time).toBe(warning.noticedAt);
  for (const kind of ["drill", "signal", "request", "termination", "task-stop", "scheduled-event"] as const) {
    expect(eventOf({ ...warning, kind }, me)).toBeNull();
  }
});

test("by HTTP: the controller's door, with its token, in an envelope", async () => {
  const got: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push([request.method, request.url, request.headers.authorization, JSON.parse(body)]);
      response.writeHead(202).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const { told, troubles } = teller(byHttp(createSend(systemClock), systemClock, url, () => "t0ken"));
  await told.noticeAppeared(warning);
  server.close();
  expect(troubles).toEqual([]);
  expect(got).toMatchObject([
    [
      "POST",
      "/api/v1/signals",
      "Bearer t0ken",
      {
        source: "spotkeeper.agent",
        account: "111122223333",
        region: "eu-west-1",
        resources: ["arn:aws:ec2:eu-west-1b:instance/i-0123456789abcdef0"],
      },
    ],
  ]);
});

test("by EventBridge, under its own source; an entry that failed is a failure", async () => {
  const entries: unknown[] = [];
  let FailedEntryCount = 1;
  const client = {
    putEvents: async (input: { readonly Entries: readonly unknown[] }) => {
      entries.push(...input.Entries);
      return { FailedEntryCount };
    },
  };
  const { told, clock, troubles } = teller(byEventBridge(client, "spot"));
  const done = told.noticeAppeared(warning);
  await clock.advance(100);
  FailedEntryCount = 0;
  await clock.advance(500);
  await done;
  expect(entries).toHaveLength(2);
  expect(entries[1]).toEqual({
    Source: "spotkeeper.agent",
    DetailType: "EC2 Spot Instance Interruption Warning",
    Detail: JSON.stringify({ "instance-id": "i-0123456789abcdef0", "instance-action": "terminate" }),
    Time: new Date("2026-01-31T12:00:00Z"),
    EventBusName: "spot",
  });
  expect(troubles).toEqual([]);
});

test("a controller that is away is tried seven times in half a minute, and that is told with the second", async () => {
  let tries = 0;
  const { told, clock, troubles } = teller(() => {
    tries += 1;
    return Promise.reject(new Error("away"));
  });
  const done = told.noticeAppeared(warning);
  await clock.advance(499);
  expect([tries, troubles.length]).toEqual([1, 0]);
  await clock.advance(31_000);
  expect([tries, troubles.length]).toEqual([6, 1]);
  await clock.advance(1);
  await done;
  expect(tries).toBe(7);
  expect(troubles).toMatchObject([{ code: "SK-AGENT-TELL" }]);
});

test("a metadata service that does not say who this is: asked again", async () => {
  const events: unknown[] = [];
  const { told, clock } = teller(async (event) => events.push(event), [null, identityOf("<html>"), found]);
  const done = told.noticeAppeared(warning);
  await clock.advance(2_000);
  await done;
  expect(events).toHaveLength(1);
});

test("a notice that goes is told, of those whose coming was, with an id of its own", () => {
  const me = identityOf(document)!;
  const withdrawal = { at: "2026-01-31T12:00:09.000Z", resumed: true };
  expect(withdrawalOf(warning, withdrawal, me)).toEqual({
    id: "i-0123456789abcdef0-2026-01-31T12:00:00.000Z-withdrawn",
    detailType: "Spot Notice Withdrawn",
    time: "2026-01-31T12:00:09.000Z",
    detail: { "instance-id": "i-0123456789abcdef0", resumed: true },
  });
  expect(withdrawalOf({ ...warning, kind: "task-stop" }, withdrawal, me)).toBeNull();
});

test("of a notice that it has not heard of yet the controller is not told that it went", async () => {
  const told: string[] = [];
  let away = true;
  const tell: SendEvent = async ({ detailType, time }) => {
    if (away) throw new Error("away");
    told.push(`${detailType} ${time}`);
  };
  const { clock, told: teach } = teller(tell);
  const listeners = new Map<string, (value: never) => void>();
  const on = (event: string, listener: (value: never) => void) => {
    listeners.set(event, listener);
    return () => void listeners.delete(event);
  };
  const emit = <E extends keyof AgentEvents>(event: E, value: AgentEvents[E]) => listeners.get(event)?.(value as never);
  const end = connectTeller({ on }, teach, { ...clock, wall: () => Date.parse("2026-01-31T12:00:09Z") });
  emit("notice", warning);
  await clock.advance(100);
  emit("cancelled", { notice: warning, resumed: false });
  await clock.advance(100);
  away = false;
  await clock.advance(1_000);
  expect(told).toEqual([
    "EC2 Spot Instance Interruption Warning 2026-01-31T12:00:00.000Z",
    "Spot Notice Withdrawn 2026-01-31T12:00:09.000Z",
  ]);
  end();
  expect(listeners.size).toBe(0);
});
