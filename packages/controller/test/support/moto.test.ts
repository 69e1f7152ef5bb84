import { DescribeInstancesCommand, EC2Client, RegisterImageCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { describeWithMoto, type MotoServer, startMoto } from "./moto.ts";

describeWithMoto("moto", () => {
  let moto: MotoServer;
  let ec2: EC2Client;

  beforeAll(async () => {
    moto = await startMoto({ warmUp: ["ec2"] });
    ec2 = new EC2Client({
      endpoint: moto.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
  });
  beforeEach(() => moto.reset());
  afterAll(async () => {
    ec2.destroy();
    await moto.stop();
  });

  async function instances(): Promise<number> {
    const answer = await ec2.send(new DescribeInstancesCommand({}));
    return answer.Reservations?.length ?? 0;
  }

  test("serves the real SDK, and a reset forgets what was made", async () => {
    const image = await ec2.send(new RegisterImageCommand({ Name: "image" }));
    await ec2.send(new RunInstancesCommand({ ImageId: image.ImageId!, MinCount: 1, MaxCount: 1 }));
    expect(await instances()).toBe(1);
    await moto.reset();
    expect(await instances()).toBe(0);
  });

  test("ends by itself, and only once", async () => {
    const other = await startMoto();
    await Promise.all([other.stop(), other.stop()]);
    await expect(fetch(`${other.endpoint}/moto-api/data.json`)).rejects.toThrow("fetch failed");
  });
});
