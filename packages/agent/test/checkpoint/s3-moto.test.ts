import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithMoto, type MotoServer, startMoto } from "../../../controller/test/support/moto.ts";
import { checkpoint, restore, s3Store } from "../../src/checkpoint/index.ts";
import { testStore } from "./store-contract.ts";

describeWithMoto("the S3 of the AWS SDK, on moto", () => {
  let moto: MotoServer;
  let s3: S3;
  let count = 0;

  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "AKIA123456789012", secretAccessKey: "not-checked" };
    s3 = new S3({ endpoint: moto.endpoint, region: "us-east-1", credentials, forcePathStyle: true });
    await s3.createBucket({ Bucket: "state" });
  });
  afterAll(async () => {
    s3.destroy();
    await moto.stop();
  });

  testStore("s3", () => s3Store(s3, { bucket: "state", prefix: `orders/${(count += 1)}/` }));

  test("an object that was damaged: the last good one", async () => {
    const store = s3Store(s3, { bucket: "state", prefix: "damaged/" });
    let data = "one";
    const { saveNow } = checkpoint("n", () => data, { store });
    await saveNow();
    data = "two";
    await saveNow();
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: "state", Prefix: "damaged/" });
    const bodies = await Promise.all(
      Contents.map(async ({ Key = "" }) => {
        const { Body } = await s3.getObject({ Bucket: "state", Key });
        return { Key, text: (await Body?.transformToString()) ?? "" };
      }),
    );
    const newest = bodies.find(({ text }) => text.includes(`"two"`));
    await s3.putObject({ Bucket: "state", Key: newest?.Key ?? "", Body: newest?.text.replace("two", "TWO") ?? "" });
    expect((await restore("n", { store }))?.data).toBe("one");
  });

  test("a bucket that is not there is told, and is not nothing", async () => {
    const store = s3Store(s3, { bucket: "no-such-bucket" });
    await expect(restore("n", { store })).rejects.toMatchObject({ name: "NoSuchBucket" });
    await expect(checkpoint("n", () => 1, { store }).saveNow()).rejects.toMatchObject({ name: "NoSuchBucket" });
  });
});
