import { EC2Client, type EC2ClientConfig, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand, ECSClient, RegisterContainerInstanceCommand } from "@aws-sdk/client-ecs";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { provideMoto } from "../scripts/support/moto.ts";
import type { Row } from "./support/row.ts";
import { answering, freePort, REGION, ROOT, timeRun } from "./support/worker.ts";

export const name = "queue";

const WARNINGS = 200;

/**
 * Puts two hundred warnings into moto's SQS, about instances of one ECS cluster in moto, and measures the seconds from
 * the start of `spotkeeper run` (its start-up included) until AWS has accepted a first action for each. Also measures
 * how fast moto answers at best.
 */
export async function run(): Promise<readonly Row[]> {
  const provided = await provideMoto(ROOT, (line) => void process.stderr.write(`${line}\n`));
  if ("missing" in provided) throw new Error(`moto cannot be had: ${provided.missing}`);
  const folder = mkdtempSync(join(tmpdir(), "spotkeeper-bench-"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const moto = spawn(provided.path, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
    env: { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: "false" },
  });
  try {
    await answering(`${endpoint}/moto-api/data.json`);
    const settings = { region: REGION, endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    const queueUrl = await fill(settings);
    const limit = await callsPerSecond(settings, queueUrl);
    const { seconds } = await timeRun({ folder, endpoint, queueUrl, accessKeyId: "test", warnings: WARNINGS });
    return [
      { what: `${WARNINGS} waiting warnings: until all have their first action`, value: seconds, unit: "s" },
      { what: "calls that moto answers a second, one after the other", value: limit, unit: "calls/s" },
    ];
  } finally {
    moto.kill("SIGKILL");
    await once(moto, "exit").catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}

type Settings = Pick<EC2ClientConfig, "region" | "credentials"> & { readonly endpoint: string };

async function fill(settings: Settings): Promise<string> {
  const [ec2, ecs, sqs] = [new EC2Client(settings), new ECSClient(settings), new SQSClient(settings)];
  await ecs.send(new CreateClusterCommand({ clusterName: "shop" }));
  const launched = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12345678",
      InstanceType: "m5.large",
      MinCount: WARNINGS,
      MaxCount: WARNINGS,
    }),
  );
  const ids = (launched.Instances ?? []).flatMap((one) => one.InstanceId ?? []);
  for (const instanceId of ids) {
    const instanceIdentityDocument = JSON.stringify({ instanceId });
    await ecs.send(new RegisterContainerInstanceCommand({ cluster: "shop", instanceIdentityDocument }));
  }
  const { QueueUrl: queueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "spotkeeper" }));
  for (let start = 0; start < ids.length; start += 10) {
    const Entries = ids.slice(start, start + 10).map((id) => ({ Id: id, MessageBody: warning(id) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
  return queueUrl;
}

const warning = (instanceId: string): string =>
  JSON.stringify({
    version: "0",
    id: `event-${instanceId}`,
    "detail-type": "EC2 Spot Instance Interruption Warning",
    source: "aws.ec2",
    account: "123456789012",
    time: new Date().toISOString(),
    region: REGION,
    resources: [`arn:aws:ec2:us-east-1a:instance/${instanceId}`],
    detail: { "instance-id": instanceId, "instance-action": "terminate" },
  });

async function callsPerSecond(settings: Settings, queueUrl: string): Promise<number> {
  const sqs = new SQSClient(settings);
  const began = performance.now();
  for (let index = 0; index < 100; index++)
    await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
  return 100_000 / (performance.now() - began);
}
