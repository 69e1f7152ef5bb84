import { expect, test } from "vitest";
import { createAgentOn } from "../src/agent.ts";
import { agentOn } from "./drain/support/agent-on.ts";
import { fakeHost } from "./support/host.ts";

test("a finish budget above the stop time-out is told at the start, where somebody stops the process", async () => {
  const host = fakeHost({ KUBERNETES_SERVICE_HOST: "10.0.0.1" });
  const agent = createAgentOn(host, { metadata: false });
  agent.onDrain("work", () => {});
  await agent.start();
  expect(host.warnings).toMatchObject([{ code: "SK-AGENT-STOP-TIMEOUT" }]);
  const bare = fakeHost();
  const asking = createAgentOn(bare, { metadata: false });
  asking.onDrain("work", () => {}, { budget: 60_000 });
  await asking.start();
  expect(bare.warnings).toMatchObject([{ code: "SK-AGENT-STOP-TIMEOUT" }]);
  const told = fakeHost();
  const stopped = createAgentOn(told, { metadata: false, stopTimeout: 45_000 });
  stopped.onDrain("work", () => {});
  await stopped.start();
  expect(told.warnings).toMatchObject([{ code: "SK-AGENT-STOP-TIMEOUT" }]);
  const fine = fakeHost({ KUBERNETES_SERVICE_HOST: "10.0.0.1" });
  const short = createAgentOn(fine, { metadata: false, stopTimeout: 95_000 });
  short.onDrain("work", () => {});
  await short.start();
  expect(fine.warnings).toEqual([]);
});

test.each([
  [{ poll: 5 }, "poll: got 5"],
  [{ margin: Number.NaN }, "margin: got NaN"],
  [{ budgets: { finish: -1 } }, "budgets.finish: got -1"],
  [{ budgets: { finsh: 1, finish: 1 } }, "budgets: got finsh, wants one of unready"],
  [{ metadata: "nowhere" }, "wants a URL"],
  [{ drainOn: ["interuption"] as never }, "drainOn: got interuption"],
])("%j is refused at once", (options, said) => {
  expect(() => createAgentOn(fakeHost(), options)).toThrow(said);
});

test("a stop time-out in the environment that makes no sense is refused too", () => {
  const host = fakeHost({ ECS_CONTAINER_STOP_TIMEOUT: "soon" });
  expect(() => createAgentOn(host, { metadata: false })).toThrow("stopTimeout: got NaN");
});

test.each([
  ["nothing", undefined],
  ["a number", 5],
  ["an object without a phase", { finsh: () => {} }],
])("%s takes no part in a drain, and that is said at once", (_, drain) => {
  const { agent } = agentOn();
  expect(() => agent.onDrain("jobs", drain as never)).toThrow(/^onDrain "jobs": got .*, wants a function, for one of/);
});

test("nor does a function in a phase that there is not, or with a budget that is no number", () => {
  const { agent } = agentOn();
  expect(() => agent.onDrain("jobs", () => {}, { phase: "finsh" as never })).toThrow("wants a function, for one of");
  expect(() => agent.onDrain("jobs", () => {}, { budget: "30s" as never })).toThrow(`onDrain "jobs": budget: got 30s`);
});
