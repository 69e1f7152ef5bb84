import { randomUUID } from "node:crypto";
import type { CheckpointStore } from "./store.ts";

/** The part of the client `S3` of `@aws-sdk/client-s3` that the store uses. */
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
  /** A prefix for each key, for example `checkpoints/orders/`; default none. */
  readonly prefix?: string;
}

/**
 * Keeps checkpoints in a bucket. A put is complete or has no effect, and later reads see it
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel). Of several puts with
 * `If-None-Match`, one succeeds (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export function s3Store(s3: S3Like, { bucket, prefix = "" }: S3StoreOptions): CheckpointStore {
  const at = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: prefix + key });
  const read = async (key: string): Promise<Uint8Array | null> => {
    try {
      const { Body } = await s3.getObject(at(key));
      return (await Body?.transformToByteArray()) ?? null;
    } catch (error) {
      if (nameOf(error) === "NoSuchKey") return null;
      throw error;
    }
  };
  return {
    read,
    async write(key, bytes) {
      await s3.putObject({ ...at(key), Body: bytes });
    },
    async claim(key) {
      const mine = Buffer.from(randomUUID());
      for (let tries = TRIES; ; tries--) {
        try {
          await s3.putObject({ ...at(key), Body: mine, IfNoneMatch: "*" });
          return true;
        } catch (error) {
          // The object may be our own: the SDK repeats a put whose answer was lost.
          if (nameOf(error) === "PreconditionFailed") return mine.equals((await read(key)) ?? Buffer.alloc(0));
          // Another put is in progress, and may still fail.
          if (nameOf(error) !== "ConditionalRequestConflict" || tries <= 1) throw error;
        }
      }
    },
  };
}

/** The number of tries while other puts are in progress. */
const TRIES = 5;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
