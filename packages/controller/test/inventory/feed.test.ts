import { expect, test } from "vitest";
import { feed } from "../../src/inventory/feed.ts";
import { containersOn } from "../../src/inventory/containers-on.ts";
import { createMemoryInventory } from "../../src/inventory/memory.ts";
import type { Details, Signal, SignalKind } from "../../src/model/signal.ts";
import { clusterArn, container, instance, taskArn } from "../enrich/support/fleet.ts";

const AT = Date.UTC(2026, 10, 21);

function signal<K extends SignalKind>(kind: K, details: Details[K], more: Partial<Signal> = {}): Signal {
  const common = {
    id: "event-1",
    kind,
    subject: { type: "instance", id: "i-1" },
    account: "111122223333",
    region: "eu-west-1",
    availabilityZone: null,
    at: AT,
    timeKnown: true,
    receivedAt: AT + 500,
    source: "sqs",
    action: null,
    deadline: null,
  };
  return { ...common, ...details, ...more } as unknown as Signal;
}

const lifecycle = {
  group: "g",
  hook: "h",
  token: null,
  transition: "terminating",
  metadata: null,
  origin: null,
  destination: null,
  direct: false,
} as const;

test("a state change moves a known instance on, and drops the reason of its last state", () => {
  const inventory = createMemoryInventory();
  feed(inventory, signal("state-change", { state: "stopping" }));
  expect(inventory.get("instance", "i-1")).toBeUndefined();
  inventory.put("instance", "i-1", instance("i-1", { state: "stopped", stateReason: "Client.User" }), AT - 10);
  feed(inventory, signal("state-change", { state: "running" }));
  expect(inventory.get("instance", "i-1")).toMatchObject({
    observedAt: AT,
    value: { state: "running", stateReason: null, name: "web" },
  });
  feed(inventory, signal("state-change", { state: "pending" }, { at: AT - 5 }));
  expect(inventory.get("instance", "i-1")?.value.state).toBe("running");
});

test.each([
  [signal("launch-result", { group: "g", ok: true, cause: null }), "InService"],
  [signal("lifecycle-launching", { lifecycle: { ...lifecycle, transition: "launching" } }), "Pending:Wait"],
  [signal("lifecycle-terminating", { lifecycle }), "Terminating:Wait"],
  [signal("termination-result", { group: "g", ok: true, cause: null }), "Terminated"],
])("$kind names the group", (one, state) => {
  const inventory = createMemoryInventory();
  inventory.put("membership", "i-1", { instanceId: "i-1", group: "g", state: "InService", protected: true }, AT - 10);
  feed(inventory, one);
  expect(inventory.get("membership", "i-1")?.value).toEqual({ instanceId: "i-1", group: "g", state, protected: true });
});

test.each([
  signal("launch-result", { group: "g", ok: false, cause: null }),
  signal("termination-result", { group: "g", ok: false, cause: null }),
  signal("spot-interruption", {}),
  signal("rebalance", {}),
  signal("capacity-reservation-interruption", {}),
  signal("scheduled-change", { eventArn: "a", code: "c", startsAt: AT, endsAt: null, over: false }),
])("$kind, so, tells nothing of the account", (one) => {
  const inventory = createMemoryInventory();
  feed(inventory, one);
  expect([
    ...inventory.entries("instance"),
    ...inventory.entries("membership"),
    ...inventory.entries("container"),
  ]).toEqual([]);
});

const ARN = container("web", "i-1").arn;
const change = (status: string): Details["container-instance-change"] => ({
  clusterArn: clusterArn("web"),
  containerInstanceArn: ARN,
  status,
  agentConnected: null,
  runningTasks: null,
  pendingTasks: null,
});

test("a container instance names its cluster, and keeps what was known of it", () => {
  const inventory = createMemoryInventory();
  feed(inventory, signal("container-instance-change", change("ACTIVE")));
  expect(inventory.get("container", ARN)?.value).toMatchObject({
    clusterArn: clusterArn("web"),
    status: "ACTIVE",
    agentConnected: true,
  });
  inventory.put("container", ARN, container("web", "i-1", { capacityProvider: "cp", agentConnected: false }), AT + 1);
  feed(inventory, signal("container-instance-change", change("DRAINING"), { at: AT + 2 }));
  expect(inventory.get("container", ARN)?.value).toMatchObject({
    status: "DRAINING",
    capacityProvider: "cp",
    agentConnected: false,
  });
  feed(inventory, signal("container-instance-change", change("INACTIVE"), { at: AT + 3 }));
  expect(inventory.get("container", ARN)?.value).toBe(null);
});

test("what is said of one container instance of an instance says nothing of its other", () => {
  const inventory = createMemoryInventory();
  const live = container("web", "i-1");
  const old = container("default", "i-1");
  const said = (status: string, more: Partial<Details["container-instance-change"]> = {}) => ({
    ...change(status),
    clusterArn: old.clusterArn,
    containerInstanceArn: old.arn,
    ...more,
  });
  inventory.put("container", live.arn, live, AT);
  const lost = said("ACTIVE", { agentConnected: false, runningTasks: 2, pendingTasks: 1 });
  feed(inventory, signal("container-instance-change", lost, { at: AT + 1 }));
  expect(containersOn(inventory, "i-1")).toMatchObject([
    { arn: live.arn, agentConnected: true },
    { arn: old.arn, agentConnected: false, runningTasks: 2, pendingTasks: 1 },
  ]);
  feed(inventory, signal("container-instance-change", said("INACTIVE"), { at: AT + 2 }));
  expect(containersOn(inventory, "i-1")).toEqual([live]);
});

test("a Fargate task's stop announces its address; an unreadable time is that of its arrival", () => {
  const inventory = createMemoryInventory();
  const arn = taskArn("web", "abc");
  const details = {
    clusterArn: clusterArn("web"),
    service: "shop",
    privateAddresses: ["10.0.0.9"],
    stoppedReason: null,
    lastStatus: "RUNNING",
  };
  feed(inventory, signal("fargate-spot-stop", details, { subject: { type: "task", id: arn }, timeKnown: false }));
  expect(inventory.get("announced", arn)).toEqual({
    observedAt: AT + 500,
    value: { clusterArn: clusterArn("web"), service: "shop", privateAddresses: ["10.0.0.9"], availabilityZone: null },
  });
});
