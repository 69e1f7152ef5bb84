import type { Reply } from "./send.ts";

/** An answer by HTTP. */
export interface Answer {
  readonly reply: Reply;
  /** The connection takes no other request. */
  readonly isLast: boolean;
}

const HEAD = /^HTTP\/1\.([01]) ([2-5]\d\d)[^]*?\r\n\r\n/;
const CHUNK = /^([\da-f]{1,8})[^\n]*\r\n/i;

/**
 * Reads an answer to a GET or a PUT, as RFC 9112 has it (6.3). Returns null while more is to come.
 *
 * @param text all that came over the connection since the request was sent; a character for each byte
 * @param isClosed whether nothing more will come
 */
export function readAnswer(text: string, isClosed: boolean): Answer | null {
  const [head, minor, status] = HEAD.exec(text) ?? [];
  if (head === undefined) return null;
  const field = (name: string): string | undefined => new RegExp(`^${name}:[ \t]*(.*?)[ \t]*\r$`, "im").exec(head)?.[1];
  const length = field("content-length");
  const rest = text.slice(head.length);
  const hasEnd = field("transfer-encoding") !== undefined || length !== undefined;
  const body = !hasEnd ? (isClosed ? rest : null) : length === undefined ? ofChunks(rest) : ofLength(rest, length);
  if (body === null) return null;
  return {
    reply: { status: Number(status), date: field("date"), body },
    isLast: minor === "0" || /close/i.test(field("connection") ?? ""),
  };
}

/** A length that makes no sense is never reached: the answer is waited for until its time is over. */
const ofLength = (text: string, length: string): string | null =>
  text.length >= Number(length) ? text.slice(0, Number(length)) : null;

/** Returns the body that stands in chunks (RFC 9112, 7.1), null while more is to come. */
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
