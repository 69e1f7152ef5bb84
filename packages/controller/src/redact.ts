/** Keys whose values are hidden. Keys such as `tokenRef` only name a secret and are not hidden. */
const SECRET =
  /(token|secret|passw(or)?d|pwd|api_?key|access_?key|private_?key|authorization|credential|cookie|signature)s?$/i;
const DEEPEST = 6;
const MOST_ITEMS = 50;
const HIDDEN = "[hidden]";

type Fields = { readonly [name: string]: unknown };

/**
 * Copies fields for a log: hides values that look like secrets, converts errors to plain objects, limits depth and
 * width.
 */
export function redact(fields: Fields): { [name: string]: unknown } {
  return object(fields, 0);
}

function object(fields: object, depth: number): { [name: string]: unknown } {
  const entries = Object.entries(fields).slice(0, MOST_ITEMS);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isHidden(key, value) ? HIDDEN : plain(value, depth + 1)]),
  );
}

const isHidden = (key: string, value: unknown): boolean =>
  SECRET.test(key) && value !== null && value !== undefined && typeof value !== "boolean";

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) return "[deeper]";
  if (value instanceof Error) return error(value, depth);
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item: unknown) => plain(item, depth + 1));
  if (value instanceof Date) return value;
  if (value instanceof Map || value instanceof Set) return plain([...(value as Iterable<unknown>)], depth);
  return object(value, depth);
}

/** Copies only safe fields: an SDK error contains its request with signed headers. */
function error(from: Error, depth: number): object {
  const { name, message, cause } = from;
  return {
    name,
    ...("code" in from ? { code: String(from.code) } : {}),
    message,
    ...(cause === undefined ? {} : { cause: plain(cause, depth + 1) }),
    ...(from.stack === undefined || "code" in from ? {} : { stack: from.stack }),
  };
}
