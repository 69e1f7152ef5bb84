import type { Reply } from "./send.ts";

/** A complete HTTP answer. */
export interface Answer {
  readonly reply: Reply;
  /** True if the server closes the connection after this answer. */
  readonly isLast: boolean;
}

const HEAD = /^HTTP\/1\.([01]) ([2-5]\d\d)[^]*?\r\n\r\n/;
const CHUNK = /^([\da-f]{1,8})[^\n]*\r\n/i;

/**
 * Parses the answer to a GET or a PUT (RFC 9112, 6.3). Returns null while the answer is incomplete.
 *
 * @param text everything received on the connection since the request was sent; one character is one byte
 * @param isClosed true if the connection is closed, so no more bytes come
 */
export function readAnswer(text: string, isClosed: boolean): Answer | null {
  const [head, minor, status] = HEAD.exec(text) ?? [];
  if (head === undefined) return null;
  const field = (name: string): string | undefined => new RegExp(`^${name}:[ \t]*(.*?)[ \t]*\r$`, "im").exec(head)?.[1];
  const [encoding, length] = [field("transfer-encoding"), field("content-length")];
  const rest = text.slice(head.length);
  const untilClosed = isClosed ? rest : null;
  // If both fields are there, the length does not count.
  const body = encoding !== undefined ? ofChunks(rest) : length !== undefined ? ofLength(rest, length) : untilClosed;
  if (body === null) return null;
  return {
    reply: { status: Number(status), date: field("date"), body },
    isLast: minor === "0" || /close/i.test(field("connection") ?? ""),
  };
}

/** Returns the first `length` bytes, or null while fewer have come. An invalid length is never reached: the request times out. */
const ofLength = (text: string, length: string): string | null =>
  text.length >= Number(length) ? text.slice(0, Number(length)) : null;

/** Joins the body of a chunked answer (RFC 9112, 7.1). Returns null while the last chunk is missing. */
function ofChunks(text: string): string | null {
  let body = "";
  for (let at = 0; ;) {
    const [line, size] = CHUNK.exec(text.slice(at)) ?? [];
    if (line === undefined) return null;
    const [from, to] = [at + line.length, at + line.length + parseInt(size ?? "", 16)];
    if (text.length < to + 2) return null;
    if (to === from) return body;
    body += text.slice(from, to);
    at = to + 2;
  }
}
