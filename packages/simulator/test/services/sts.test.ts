import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { expect, test } from "vitest";

import { sdkHandler } from "../../src/sdk-handler.ts";
import type { Operation } from "../../src/operation.ts";
import { bench, connect, credentials } from "../wire/support.ts";

const operations: readonly Operation<null>[] = [
  {
    service: "ecs",
    name: "ListClusters",
    mutating: false,
    run: (_world, _input, { account, region }) => ({ clusterArns: [`${account}/${region}`] }),
  },
];

/** Credentials of a role, as the SDK gets them from STS. */
function assume(setup: ReturnType<typeof bench>, RoleArn: string): ReturnType<typeof fromTemporaryCredentials> {
  return fromTemporaryCredentials({
    masterCredentials: credentials,
    params: { RoleArn, RoleSessionName: "test" },
    clientConfig: { region: "eu-west-1", requestHandler: sdkHandler(setup.simulator), maxAttempts: 1 },
  });
}

test("a key says whose account it is; one that does not gets the default", async () => {
  const setup = bench(operations);
  const own = await connect("in the process", setup);
  expect(await own.run(own.ecs.send(new ListClustersCommand({})))).toMatchObject({
    clusterArns: ["111122223333/eu-west-1"],
  });
  const other = await connect("in the process", setup, {
    region: "us-west-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  expect(await own.run(other.ecs.send(new ListClustersCommand({})))).toMatchObject({
    clusterArns: ["123456789012/us-west-2"],
  });
});

test("the session of an assumed role works in the role's account", async () => {
  const setup = bench(operations);
  const clients = await connect("in the process", setup, {
    credentials: assume(setup, "arn:aws:iam::444455556666:role/path/spotkeeper"),
  });
  const output = await clients.run(clients.ecs.send(new ListClustersCommand({})));
  expect(output.clusterArns).toEqual(["444455556666/eu-west-1"]);
  expect(setup.simulator.calls.counts()).toEqual({ "ecs:ListClusters:ok": 1, "sts:AssumeRole:ok": 1 });
});

test("a role that is denied, or is none, fails the call with STS's code", async () => {
  const setup = bench(operations);
  const none = await connect("in the process", setup, {
    credentials: assume(setup, "arn:aws:iam::12:role/x-role-name"),
  });
  await expect(none.run(none.ecs.send(new ListClustersCommand({})))).rejects.toMatchObject({ name: "ValidationError" });
  const elsewhere = await connect("in the process", setup, {
    credentials: assume(setup, "arn:aws-cn:iam::444455556666:role/x"),
  });
  await expect(elsewhere.run(elsewhere.ecs.send(new ListClustersCommand({})))).rejects.toMatchObject({
    name: "AccessDenied",
  });
  setup.simulator.faults.add({ match: { service: "sts" }, effect: { kind: "denied" } });
  const denied = await connect("in the process", setup, {
    credentials: assume(setup, "arn:aws:iam::444455556666:role/x"),
  });
  await expect(denied.run(denied.ecs.send(new ListClustersCommand({})))).rejects.toMatchObject({
    name: "AccessDenied",
  });
});
