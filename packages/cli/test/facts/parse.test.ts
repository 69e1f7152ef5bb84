import { expect, test } from "vitest";
import { readFacts } from "../../src/facts/parse.ts";

const groups = (more: object): object => ({ groups: [{ name: "a", ...more }] });

test.each([
  [{ groups: [{ name: "a" }, { name: "a" }] }, 'groups[1]: got "a", wants a name that is in the file once'],
  [
    groups({ instances: ["i-1", "i-1"] }),
    'groups[0].instances[1]: got "i-1", wants an instance that is in the file once',
  ],
  [
    groups({ instances: [{ id: "i-1", lifecycle: "block" }] }),
    'groups[0].instances[0].lifecycle: got "block", wants one of spot, on-demand',
  ],
  [groups({ targetGroups: ["x"] }), 'groups[0].targetGroups[0]: got "x", wants the name of one of targetGroups'],
  [
    groups({ hooks: [{ name: "h", heartbeatTimeout: 5 }] }),
    "groups[0].hooks[0].heartbeatTimeout: got 5, wants a whole number from 30 to 7200",
  ],
  [groups({ hooks: [""] }), 'groups[0].hooks[0]: got "", wants a text'],
  [groups({ counts: "GiB" }), 'groups[0].counts: got "GiB", wants one of instances, units, vCPUs, MiB'],
  [groups({ tags: ["a"] }), 'groups[0].tags: got ["a"], wants an object'],
  [
    { targetGroups: [{ name: "t", deregistrationDelay: 3_601 }] },
    "targetGroups[0].deregistrationDelay: got 3601, wants a whole number from 0 to 3600",
  ],
  [
    { targetGroups: [{ name: "t", targets: [{ id: "10.0.0.1" }] }] },
    "targetGroups[0].targets[0].port: got null, wants a port",
  ],
  [
    { targetGroups: [{ name: "t", targets: [{ id: "i-1", port: 1 }] }] },
    'targetGroups[0].targets[0]: got "i-1", wants the id of an instance of the file',
  ],
  [
    { services: [{ cluster: "c", name: "s", tasks: ["i-1"] }] },
    'services[0].tasks[0]: got "i-1", wants the id of an instance of the file',
  ],
])("%j is refused, with the key, what it is and what is wanted", (value, said) => {
  expect(() => readFacts(JSON.stringify(value), "f.json")).toThrow(`f.json: ${said}`);
});

test("a name is enough of a hook and of an instance; what is left out is as usual", () => {
  const {
    groups: [group],
  } = readFacts(JSON.stringify(groups({ hooks: ["h"], instances: ["i-1"] })), "f.json");
  expect(group).toMatchObject({
    desired: null,
    hooks: [{ name: "h", transition: "terminating", heartbeatTimeout: 300, defaultResult: "CONTINUE" }],
    instances: [{ id: "i-1", lifecycle: "spot", state: "InService", clusters: null }],
  });
});
