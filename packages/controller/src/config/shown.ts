type Path = readonly PropertyKey[];

/** Names of keys whose values errors must not show: a password, a token, a webhook's URL. */
const PRIVATE = /token|secret|passw|pwd|key|auth|credential|externalid|signature|cookie|dsn/i;
/** A reference such as ${env:X} is not the secret itself, so it may be shown. */
const ANY_REFERENCE = /^\$\{[a-z]{1,12}:[\w./#:-]{1,120}\}$/;
const LONGEST = 60;

/** Formats a value for an error message; returns null if it is absent. */
export function shown(value: unknown, path: Path): string | null {
  if (value === undefined) return null;
  if (value === null) return "nothing (null)";
  if (typeof value === "string") return shownText(value, path);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "keys with values";
  if (isPrivate(path)) return `a ${typeof value} (not shown)`;
  return typeof value === "number" || typeof value === "boolean" ? `the ${typeof value} ${value}` : `a ${typeof value}`;
}

/**
 * Formats a text for an error message. Secrets may be under wrong keys, too: only short plain texts are shown, and of a
 * URL only its host.
 */
function shownText(value: string, path: Path): string {
  if (value === "") return "empty text";
  if (ANY_REFERENCE.test(value)) return value;
  const hidden = `text of ${value.length} characters (not shown)`;
  if (isPrivate(path)) return hidden;
  if (value.includes("://")) return URL.canParse(value) ? `${originOf(new URL(value))}…` : hidden;
  // A webhook's URL is a secret also without its scheme.
  if (/url$/i.test(String(path.at(-1)))) return hidden;
  if (value.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return hidden;
  return JSON.stringify(value);
}

const originOf = ({ protocol, host }: URL): string => `${protocol}//${host}/`;

const isPrivate = (path: Path): boolean => path.some((key) => PRIVATE.test(String(key)));
