import { createReadStream } from "node:fs";
import { SpotkeeperError } from "@spotkeeper/controller";
import type { Io } from "./io.ts";

/**
 * The largest input in bytes: several hundred thousand messages. It is kept in memory, since it may be one JSON array.
 */
const MAX_INPUT_BYTES = 256 * 1024 * 1024;

/** Returns the note about an input that is an empty list. */
export const noMessage = (name: string): string =>
  `${name === "-" ? "standard input" : name} has no message in it: it is an empty list.\n`;

/**
 * Reads a file, or standard input for `-`. Throws SK-INPUT-UNREADABLE and SK-INPUT-TOO-LARGE. It stops at the limit
 * instead of trusting the file's size, which pipes and devices do not have.
 */
export async function readInput(name: string, io: Pick<Io, "stdin">): Promise<string> {
  const shown = name === "-" ? "standard input" : name;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of name === "-" ? io.stdin : createReadStream(name)) {
      const buffer = Buffer.from(chunk as Uint8Array);
      bytes += buffer.length;
      if (bytes > MAX_INPUT_BYTES) break;
      chunks.push(buffer);
    }
  } catch (cause) {
    throw new SpotkeeperError("SK-INPUT-UNREADABLE", `${shown} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
  if (bytes > MAX_INPUT_BYTES) {
    const advice = "Split it, for example with split -C 200m.";
    throw new SpotkeeperError(
      "SK-INPUT-TOO-LARGE",
      `${shown} has more than ${MAX_INPUT_BYTES / 1024 / 1024} MiB. ${advice}`,
    );
  }
  return decode(Buffer.concat(chunks));
}

/** Decodes UTF-8, or UTF-16 with a byte order mark, as a redirection in Windows PowerShell writes it. */
function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

const REASONS: { readonly [code: string]: string | undefined } = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder; name its files",
  EACCES: "permission denied",
};

/** Returns in words why a file could not be read. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  return REASONS[code] ?? code;
}
