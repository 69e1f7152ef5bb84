import { expect, test } from "vitest";
import { createControl } from "../../src/control/control.ts";
import { tellController } from "../../src/tell/index.ts";
import { agentOn } from "../drain/support/agent-on.ts";

test.each([
  [{}, "tellController: got nothing, wants a url or an eventBridge"],
  [{ ulr: "http://10.0.0.5:8787" }, "tellController: got ulr, wants one of url, token, eventBridge, bus"],
  [{ url: "http://10.0.0.5:8787", tokn: "t" }, "did you mean token?"],
  [{ url: "10.0.0.5" }, "url: got 10.0.0.5, wants a URL such as http://10.0.0.5:8787"],
  [{ url: "ftp://10.0.0.5" }, "url: got ftp://10.0.0.5, wants a URL"],
  [{ url: "http://10.0.0.5:8787", token: 5 }, "token: wants a text, or a function that gives one"],
  [{ eventBridge: { send: () => {} } }, "eventBridge: wants the client EventBridge"],
])("tellController refuses %j at once", (options, said) => {
  expect(() => tellController(agentOn().agent, options as never)).toThrow(said);
});

test.each([
  [undefined, "createControl: got undefined, wants a token, or null"],
  [{}, "createControl: got undefined, wants a token, or null"],
  [{ tokn: "t" }, "createControl: got tokn, wants one of token, guardStatus, clock: did you mean token?"],
])("createControl refuses %j at once", (options, said) => {
  expect(() => createControl(agentOn().agent, options as never)).toThrow(said);
});
