import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createGroup,
  createSimulator,
  createWorld,
  fleetOperations,
  realClock,
  regionOf,
  serveSimulator,
  type Simulator,
} from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { readFacts } from "../../src/facts/parse.ts";
import { folder, spotkeeper } from "../support.ts";

const env = { AWS_ACCESS_KEY_ID: "AKIA111122223333", AWS_SECRET_ACCESS_KEY: "x" };

/** A simulator over HTTP with a group in each of two accounts, and a config that knows both. */
async function served(use: (config: string, simulator: Simulator) => Promise<void>): Promise<void> {
  const clock = realClock({ speed: 1 });
  const world = createWorld({ clock, seed: 1, send: () => {} });
  for (const account of ["111122223333", "444455556666"])
    createGroup(world, regionOf(world, account, "eu-west-1"), {
      name: `of-${account}`,
      desired: 2,
      types: ["m5.large"],
    });
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations });
  const server = await serveSimulator(simulator);
  const config = join(folder, "facts.yaml");
  const role = "arn:aws:iam::444455556666:role/spotkeeper";
  writeFileSync(
    config,
    `aws: { endpoint: "${server.url}", regions: [eu-west-1], accounts: [{ roleArn: "${role}" }] }\n`,
  );
  try {
    await use(config, simulator);
  } finally {
    await server.close();
  }
}

test("the fleets of all accounts are written, to standard output or to a file", { timeout: 60_000 }, async () => {
  await served(async (config, simulator) => {
    const { code, stdout, stderr } = await spotkeeper(["facts", "--config", config], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "2 groups, 4 instances, 0 services, 0 target groups\n" });
    const facts = readFacts(stdout, "stdout");
    expect(facts.groups.map(({ name, account, region }) => ({ name, account, region }))).toEqual([
      { name: "of-111122223333", account: "111122223333", region: "eu-west-1" },
      { name: "of-444455556666", account: "444455556666", region: "eu-west-1" },
    ]);
    const file = join(folder, "fleet.json");
    const written = await spotkeeper(["facts", "--config", config, "--output", file], { env });
    expect(written).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe(stdout);
    expect(simulator.calls.recent().filter(({ mutating }) => mutating)).toEqual([]);
  });
});

test("what is refused is told, and where everything is, the exit code is 1", { timeout: 60_000 }, async () => {
  await served(async (config, simulator) => {
    simulator.faults.add({ match: {}, effect: { kind: "denied" }, skip: 0, times: 10_000 });
    const { code, stdout, stderr } = await spotkeeper(["facts", "--config", config], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^own account\/eu-west-1: not read: autoscaling:DescribeAutoScalingGroups: .*$/m);
    expect(readFacts(stdout, "stdout").unread).toContainEqual(
      expect.stringMatching(/^own account\/eu-west-1: ecs:ListClusters: denied/),
    );
  });
});

test.each([
  [["facts"], 2, /A fleet is read in a region[^]*SK-CALL-REGION/],
  [["facts", "--region", "Europe"], 2, /--region: got Europe, wants a region[^]*SK-CALL-REGION/],
  [["facts", "--region", "eu-west-1"], 1, /No AWS credentials found[^]*SK-AWS-CREDENTIALS/],
])("%j ends with the reason", async (args, wanted, said) => {
  const alone = { AWS_EC2_METADATA_DISABLED: "true", HOME: folder };
  const { code, stdout, stderr } = await spotkeeper(args, { env: alone });
  expect({ code, stdout }).toEqual({ code: wanted, stdout: "" });
  expect(stderr).toMatch(said);
});
