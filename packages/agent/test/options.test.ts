import { createServer } from "node:http";
import { expect, test } from "vitest";
import { drainHttpServer } from "../src/adapters/http.ts";
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
  [{ poll: "1000" as never }, "poll: got 1000"],
  [{ budgets: { finsh: 1 } as never }, "did you mean finish?"],
  [{ drainOn: ["interuption"] as never }, "drainOn: got interuption"],
  [{ drainOn: ["interuption"] as never }, "did you mean interruption?"],
  [{ drainOn: "interruption" as never }, "drainOn: got interruption, wants a list"],
  [{ signals: ["SIGTREM"] as never }, "signals: got SIGTREM, wants a signal such as SIGTERM: did you mean SIGTERM?"],
  [{ signals: ["TERM"] as never }, "did you mean SIGTERM?"],
  [{ signals: ["sigint"] as never }, "did you mean SIGINT?"],
  [{ signals: ["SIGKILL"] as never }, "signals: got SIGKILL"],
  [{ signals: "SIGTERM" as never }, "signals: got SIGTERM, wants a list"],
  [{ signals: [15] as never }, "signals: got 15"],
  [{ stopTimeut: 1 } as never, "createAgent: got stopTimeut, wants one of poll"],
  [{ stopTimeut: 1 } as never, "did you mean stopTimeout?"],
  [{ exit: "no" as never }, "exit: got no, wants true or false"],
  [{ allowV1: 1 as never }, "allowV1: got 1, wants true or false"],
])("%j is refused at once", (options, said) => {
  expect(() => createAgentOn(fakeHost(), options)).toThrow(said);
});

test("what is left out as undefined is what it is when it is left out", () => {
  const nothing = { poll: undefined, signals: undefined, budgets: undefined, exit: undefined } as never;
  expect(() => createAgentOn(fakeHost(), nothing)).not.toThrow();
});

test.each([
  ["nothing", undefined],
  ["a number", 5],
  ["an object without a phase", {}],
  ["an object with a phase that there is not", { finsh: () => {} }],
])("%s takes no part in a drain, and that is said at once", (_, drain) => {
  const { agent } = agentOn();
  expect(() => agent.onDrain("jobs", drain as never)).toThrow(/^onDrain "jobs": got .*, wants a function, for one of/);
});

test("what has methods of its own besides its phases takes part", () => {
  const { agent } = agentOn();
  expect(() => agent.onDrain("state", { save: () => {}, saveNow: () => {} } as never)).not.toThrow();
});

test("a phase or an option that is nearly one is told with the one that was meant", () => {
  const { agent } = agentOn();
  expect(() => agent.onDrain("jobs", { finsh: () => {} } as never)).toThrow("did you mean finish?");
  expect(() => agent.onDrain("jobs", () => {}, { phase: "calbacks" as never })).toThrow("did you mean callbacks?");
  expect(() => agent.onDrain("jobs", () => {}, { budgt: 5 } as never)).toThrow(
    'onDrain "jobs": got budgt, wants one of phase, budget: did you mean budget?',
  );
});

test("nor does a function in a phase that there is not, or with a budget that is no number", () => {
  const { agent } = agentOn();
  expect(() => agent.onDrain("jobs", () => {}, { phase: "finsh" as never })).toThrow("wants a function, for one of");
  expect(() => agent.onDrain("jobs", () => {}, { budget: "30s" as never })).toThrow(`onDrain "jobs": budget: got 30s`);
});

test.each([
  [{ quiet: "1s" as never }, "quiet: got 1s, wants 0 to"],
  [
    { retryafter: 1 } as never,
    "drainHttpServer: got retryafter, wants one of retryAfter, quiet: did you mean retryAfter?",
  ],
  [{ retryAfter: "5\r\nx: y" as never }, "retryAfter: got 5\r\nx: y, wants seconds"],
])("an adapter's option %j is refused at once", (options, said) => {
  expect(() => drainHttpServer(createServer(), options)).toThrow(said);
});
