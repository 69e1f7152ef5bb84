import { createReadStream } from "node:fs";
import { SpotkeeperError } from "@spotkeeper/controller";
import type { Io } from "./io.ts";

/** Some hundred thousand messages; an input is held as a whole, since it may be one JSON array. */
const LARGEST = 256 * 1024 * 1024;

/** What people are told of an input that is an empty list. */
export const noMessage = (name: string): string =>
  `${name === "-" ? "standard input" : name} has no message in it: it is an empty list.\n`;

/**
 * The text of a file, or of standard input for `-`. Throws SK-INPUT-UNREADABLE and SK-INPUT-TOO-LARGE, having read no
 * more than the bound: a size that a file tells beforehand is no promise (pipes, devices).
 */
export async function readInput(name: string, io: Pick<Io, "stdin">): Promise<string> {
  const shown = name === "-" ? "standard input" : name;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of name === "-" ? io.stdin : createReadStream(name)) {
      const buffer = Buffer.from(chunk as Uint8Array);
      bytes += buffer.length;
      if (bytes > LARGEST) break;
      chunks.push(buffer);
    }
  } catch (cause) {
    throw new SpotkeeperError("SK-INPUT-UNREADABLE", `${shown} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
  if (bytes > LARGEST) {
    const advice = "Split it, for example with split -C 200m.";
    throw new SpotkeeperError("SK-INPUT-TOO-LARGE", `${shown} has more than ${LARGEST / 1024 / 1024} MiB. ${advice}`);
  }
  return decode(Buffer.concat(chunks));
}

/** UTF-8, or the UTF-16 that a redirection in Windows PowerShell writes, which its byte order mark tells. */
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

/** Why a file could not be read, in words. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  return REASONS[code] ?? code;
}
