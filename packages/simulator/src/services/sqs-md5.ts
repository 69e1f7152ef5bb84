/**
 * The digests that SDKs compare with what they sent and received.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
import { createHash } from "node:crypto";

import type { MessageAttribute } from "./queues.ts";

/** Returns the MD5 of a text's UTF-8 bytes, in hexadecimal. */
export function md5OfText(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}

/** Returns the MD5 over the attributes, sorted by name; each part is preceded by its length. */
export function md5OfAttributes(attributes: { readonly [name: string]: MessageAttribute }): string {
  const hash = createHash("md5");
  const update = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    update(Buffer.from(name));
    update(Buffer.from(attribute.DataType));
    const binary = attribute.DataType.startsWith("Binary");
    hash.update(Buffer.from([binary ? 2 : 1]));
    update(binary ? (attribute.BinaryValue ?? new Uint8Array()) : Buffer.from(attribute.StringValue ?? ""));
  }
  return hash.digest("hex");
}
