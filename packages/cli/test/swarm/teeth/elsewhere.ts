/** A fault that no generated world can show: it is about sockets, files, processes, texts or the agent. */
export interface Elsewhere {
  readonly name: string;
  /** Files of tests that fail when it is put back, from the root of the repository. */
  readonly tests: readonly string[];
}

export const ELSEWHERE: readonly Elsewhere[] = [
  {
    name: "an IP target outside the VPC is registered again without its zone, one for QUIC without its server id",
    tests: ["packages/controller/test/flow/undo.test.ts"],
  },
  {
    name: "an event of what an agent left behind makes the live registration unknown",
    tests: [
      "packages/controller/test/inventory/feed.test.ts",
      "packages/controller/test/flow/registered-twice.test.ts",
    ],
  },
  {
    name: "the alert does not say how many load balancers were not looked at",
    tests: ["packages/controller/test/enrich/unread-target-groups.test.ts"],
  },
  {
    name: "all target groups are asked for in one go, over the budget of their own",
    tests: ["packages/controller/test/inventory/all-targets.test.ts"],
  },
  {
    name: "another text of Auto Scaling is taken for that of an instance that left",
    tests: ["packages/controller/test/aws/auto-scaling-errors.test.ts"],
  },
  {
    name: "a state of the lifecycle that nobody knows",
    tests: ["packages/controller/test/respond/member.test.ts"],
  },
  {
    name: "a protected instance is tried for an hour",
    tests: ["packages/controller/test/aws/termination-protection.test.ts"],
  },
  {
    name: "a termination that failed is taken for a launch that failed",
    tests: ["packages/controller/test/respond/launch-failure.test.ts"],
  },
  {
    name: "a group is changed that only its operator may change",
    tests: ["packages/controller/test/flow/hands-off.test.ts"],
  },
  {
    name: "the end of a Capacity Block is not heard, or has another deadline",
    tests: [
      "packages/controller/test/signal/capacity-block.test.ts",
      "packages/controller/test/flow/capacity-block.test.ts",
    ],
  },
  {
    name: "Managed Instances and Managed Daemons are taken for others",
    tests: ["packages/controller/test/signal/kinds.test.ts", "packages/controller/test/enrich/facts-of.test.ts"],
  },
  {
    name: "a hook is answered while the agent on its instance drains",
    tests: [
      "packages/controller/test/flow/agent-hold.test.ts",
      "packages/agent/test/tell/work.test.ts",
      "packages/agent/test/drain/termination.test.ts",
      "packages/cli/test/agent-and-hook.test.ts",
    ],
  },
  {
    name: "valid messages of AWS Health are errors",
    tests: ["packages/controller/test/signal/health.test.ts"],
  },
  {
    name: "the rule in the documents does not deliver a kind that is understood",
    tests: ["test/guards/documented-rules.test.ts"],
  },
  {
    name: "what a forwarder sends is not heard, or what nobody trusts is obeyed",
    tests: ["packages/controller/test/signal/sources.test.ts"],
  },
  {
    name: "a message that is not understood comes back each 30 s, or circles",
    tests: [
      "packages/controller/test/signal/transports-sqs.test.ts",
      "packages/controller/test/signal/dead-letter.test.ts",
    ],
  },
  {
    name: "what was planned in a dry run is done once it is real",
    tests: ["packages/controller/test/flow/cancelled.test.ts"],
  },
  {
    name: "the worker's account is read from the URL of its queue",
    tests: ["packages/controller/test/entry/own-account.test.ts"],
  },
  {
    name: "budgets of Elastic Load Balancing are overdrawn",
    tests: ["packages/controller/test/aws/lanes-charged.test.ts"],
  },
  {
    name: "a clock that is wrong decides what is put back",
    tests: ["packages/controller/test/entry/wrong-clock.test.ts", "packages/controller/test/corrected-clock.test.ts"],
  },
  {
    name: "failures of AWS lead to no mend",
    tests: ["packages/controller/test/aws/failure-kinds.test.ts"],
  },
  {
    name: "nobody notices that the ledger's file was removed, or that a disk is full",
    tests: ["packages/controller/test/entry/ledger-removed.test.ts", "packages/controller/test/entry/outage.test.ts"],
  },
  {
    name: "silent connections shut everybody out",
    tests: ["packages/controller/test/show/doors.test.ts", "packages/controller/test/show/middleware.test.ts"],
  },
  {
    name: "one request with thousands of signals stops the worker",
    tests: ["packages/controller/test/show/signals.test.ts"],
  },
  {
    name: "connections to the agent keep its hooks from running",
    tests: ["packages/agent/test/daemon/shortage.test.ts"],
  },
  {
    name: "the agent takes options that are none, and tokens from no file",
    tests: ["packages/agent/test/options.test.ts", "packages/agent/test/daemon/tokens.test.ts"],
  },
  {
    name: "the agent's defaults do not fit the health check that it asks for",
    tests: ["packages/agent/test/adapters/balancer.test.ts", "packages/agent/test/watch/environment.test.ts"],
  },
  {
    name: "a hook for draining is called at an address inside",
    tests: [
      "packages/controller/test/respond/http-drain-hook.test.ts",
      "packages/controller/test/config/hostile.test.ts",
    ],
  },
  // What follows was tried as a change of one line, and nothing of AWS would notice it.
  {
    name: "two workers hold one lease",
    tests: ["packages/controller/test/entry/lease.test.ts"],
  },
  {
    name: "a command that ran out of time counts as drained",
    tests: ["packages/controller/test/respond/incident/outcome.test.ts"],
  },
  {
    name: "people are not asked to deregister from VPC Lattice by hand",
    tests: ["packages/controller/test/notify/build.test.ts"],
  },
  {
    name: "the first action is measured from a change of state, not from the stop of a Fargate Spot task",
    tests: ["packages/controller/test/correlate/notice.test.ts"],
  },
];
