/** SQS and EventBridge carry at most 1 MiB; wrapped in SNS, escapes make it longer. */
const MAX_BODY = 4 * 1024 * 1024;

/** Deeper than any AWS event. Checked before parsing, so that recursion over the value cannot overflow the stack. */
const MAX_DEPTH = 64;

export type Json =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: "empty" | "too-large" | "too-deep" | "not-json"; readonly message: string };

/** Parses untrusted text, limited in size and depth. Takes linear time; never throws. */
export function readJson(text: string, max: number = MAX_BODY, depth: number = MAX_DEPTH): Json {
  if (text.length > max) return fail("too-large", `The message has ${text.length} characters; at most ${max} are read`);
  const body = text.codePointAt(0) === 0xfe_ff ? text.slice(1) : text;
  if (body.trim() === "") return fail("empty", "The message is empty");
  if (tooDeep(body, depth)) return fail("too-deep", `The message nests more than ${depth} levels deep`);
  try {
    return { ok: true, value: JSON.parse(body) as unknown };
  } catch {
    // The parser's own message quotes the body, which may contain secrets that must not be logged.
    return fail("not-json", "The message is not JSON");
  }
}

function fail(reason: Exclude<Json, { ok: true }>["reason"], what: string): Json {
  return { ok: false, reason, message: `${what}. Look at what sends to this queue; the body is kept as it came.` };
}

function tooDeep(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > most) return true;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return false;
}
