import { expect, test } from "vitest";
import { readFacts } from "../../src/facts/parse.ts";

const A = "i-0123456789abcdef0";
const groups = (more: object): object => ({ groups: [{ name: "a", ...more }] });

test.each([
  [{ groups: [{ name: "a" }, { name: "a" }] }, 'groups[1]: got "a", wants a name that is in the file once'],
  [
    groups({ instances: [A, A] }),
    'groups[0].instances[1]: got "i-0123456789abcdef0", wants an instance that is in the file once',
  ],
  [
    groups({ instances: [{ id: A, lifecycle: "block" }] }),
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
    { targetGroups: [{ name: "t", targets: [{ id: A, port: 1 }] }] },
    'targetGroups[0].targets[0]: got "i-0123456789abcdef0", wants the id of an instance of the file',
  ],
  [
    { services: [{ cluster: "c", name: "s", tasks: [A] }] },
    'services[0].tasks[0]: got "i-0123456789abcdef0", wants the id of an instance of the file',
  ],
  [{ instances: [{ id: "abc" }] }, 'instances[0].id: got "abc", wants the id of an EC2 instance'],
  [groups({ instances: ["i-1"] }), 'groups[0].instances[0]: got "i-1", wants the id of an EC2 instance'],
  [{ instances: [{ id: A, account: "1234" }] }, 'instances[0].account: got "1234", wants an AWS account: 12 digits'],
  [{ instances: [{ id: A, region: "Ireland" }] }, 'instances[0].region: got "Ireland", wants a region'],
  [{ instances: [{ id: A, zone: "b" }] }, 'instances[0].zone: got "b", wants an Availability Zone'],
  [{ instances: [{ id: A, type: "large" }] }, 'instances[0].type: got "large", wants an EC2 instance type'],
  [{ instances: [{ id: A, clusters: ["a b"] }] }, 'instances[0].clusters[0]: got "a b", wants a name of ECS'],
  [groups({ zones: ["eu-west-1b", "1b"] }), 'groups[0].zones[1]: got "1b", wants an Availability Zone'],
  [groups({ suspended: ["Lunch"] }), 'groups[0].suspended[0]: got "Lunch", wants one of Launch, Terminate'],
  [groups({ tags: { a: {} } }), "groups[0].tags.a: got {}, wants a text"],
  [groups({ min: 3, desired: 2 }), "groups[0].desired: got 2, wants min (3) at least"],
  [groups({ desired: 2, max: 1 }), "groups[0].max: got 1, wants desired (2) at least"],
  [
    groups({ hooks: [{ name: "h", notificationTarget: "my-queue" }] }),
    'groups[0].hooks[0].notificationTarget: got "my-queue", wants the ARN of an SQS queue or an SNS topic',
  ],
  [
    groups({ cluster: "arn:aws:ecs:eu-west-1:111122223333:cluster/shop" }),
    'groups[0].cluster: got "arn:aws:ecs:eu-west-1:111122223333:cluster/shop", wants a name of ECS',
  ],
  [groups({ latticeTargetGroups: ["a b"] }), 'groups[0].latticeTargetGroups[0]: got "a b", wants an id or a name'],
  [
    { services: [{ cluster: "c", name: "s", tasks: ["abc"] }] },
    'services[0].tasks[0]: got "abc", wants the id of an EC2 instance',
  ],
  [{ services: [{ cluster: "c", name: "s", discovery: [""] }] }, 'services[0].discovery[0]: got "", wants a text'],
  [{ tasks: [{ cluster: "c", family: "f", instances: ["abc"] }] }, 'tasks[0].instances[0]: got "abc", wants the id'],
  [{ targetGroups: [{ name: "a_b" }] }, 'targetGroups[0].name: got "a_b", wants a name of Elastic Load Balancing'],
  [
    { targetGroups: [{ name: "t", targets: [{ id: "10.0.0.300", port: 1 }] }] },
    'targetGroups[0].targets[0].id: got "10.0.0.300", wants the id of an instance, or an IP address',
  ],
  [
    { classicLoadBalancers: [{ name: "c", instances: ["abc"] }] },
    'classicLoadBalancers[0].instances[0]: got "abc", wants the id of an EC2 instance',
  ],
])("%j is refused, with the key, what it is and what is wanted", (value, said) => {
  expect(() => readFacts(JSON.stringify(value), "f.json")).toThrow(`f.json: ${said}`);
});

test("a name is enough of a hook and of an instance; what is left out is as usual", () => {
  const {
    groups: [group],
  } = readFacts(JSON.stringify(groups({ hooks: ["h"], instances: [A] })), "f.json");
  expect(group).toMatchObject({
    desired: null,
    hooks: [{ name: "h", transition: "terminating", heartbeatTimeout: 300, defaultResult: "CONTINUE" }],
    instances: [{ id: A, lifecycle: "spot", state: "InService", clusters: null }],
  });
});

test("zones of every kind and short ids are taken", () => {
  const zones = ["us-east-1a", "us-gov-west-1b", "us-west-2-lax-1a", "us-east-1-wl1-bos-wlz-1"];
  const { groups: read } = readFacts(JSON.stringify(groups({ zones, instances: ["i-0a1b2c3d"] })), "f.json");
  expect(read[0]?.zones).toEqual(zones);
});
