import type { S3Like } from "../../src/checkpoint/s3.ts";

/** Objects in memory, with the errors that S3's client throws. */
export function fakeS3(): S3Like {
  const objects = new Map<string, Uint8Array>();
  const fail = (name: string): never => {
    throw Object.assign(new Error(name), { name });
  };
  return {
    async getObject({ Bucket, Key }) {
      const bytes = objects.get(`${Bucket}/${Key}`);
      return bytes === undefined ? fail("NoSuchKey") : { Body: { transformToByteArray: async () => bytes } };
    },
    async putObject({ Bucket, Key, Body, IfNoneMatch }) {
      if (IfNoneMatch === "*" && objects.has(`${Bucket}/${Key}`)) fail("PreconditionFailed");
      objects.set(`${Bucket}/${Key}`, Body);
    },
  };
}
