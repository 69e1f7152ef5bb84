import type { CheckpointStore } from "./store.ts";

/** What is used of the client `S3` of `@aws-sdk/client-s3`. */
export interface S3Like {
  getObject(input: {
    readonly Bucket: string;
    readonly Key: string;
  }): Promise<{ readonly Body?: { transformToByteArray(): Promise<Uint8Array> } | undefined }>;
  putObject(input: {
    readonly Bucket: string;
    readonly Key: string;
    readonly Body: Uint8Array;
    readonly IfNoneMatch?: string;
  }): Promise<unknown>;
}

export interface S3StoreOptions {
  readonly bucket: string;
  /** Put before each key, for example `checkpoints/orders/`; nothing. */
  readonly prefix?: string;
}

/**
 * Keeps checkpoints in a bucket. A put is all or nothing, and is read by whoever asks afterwards
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel); only one of many that put with
 * `If-None-Match` succeeds (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export function s3Store(s3: S3Like, { bucket, prefix = "" }: S3StoreOptions): CheckpointStore {
  const at = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: prefix + key });
  return {
    async read(key) {
      try {
        const { Body } = await s3.getObject(at(key));
        return (await Body?.transformToByteArray()) ?? null;
      } catch (error) {
        if (nameOf(error) === "NoSuchKey") return null;
        throw error;
      }
    },
    async write(key, bytes) {
      await s3.putObject({ ...at(key), Body: bytes });
    },
    async claim(key) {
      try {
        await s3.putObject({ ...at(key), Body: new Uint8Array(), IfNoneMatch: "*" });
        return true;
      } catch (error) {
        if (nameOf(error) === "PreconditionFailed") return false;
        throw error;
      }
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
