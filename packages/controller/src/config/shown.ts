type Path = readonly PropertyKey[];

/** Names of keys whose values nobody should read in an error: a password, a token, a webhook's URL. */
const PRIVATE = /token|secret|passw|pwd|key|auth|credential|externalid|signature|cookie|dsn/i;
/** A reference is not what it stands for. */
const ANY_REFERENCE = /^\$\{[a-z]{1,12}:[\w./#:-]{1,120}\}$/;
const LONGEST = 60;

/** A value as an error may show it; null for one that is not there. */
export function shown(value: unknown, path: Path): string | null {
  if (value === undefined) return null;
  if (value === null) return "nothing (null)";
  if (typeof value === "string") return shownText(value, path);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "keys with values";
  if (isPrivate(path)) return `a ${typeof value} (not shown)`;
  return typeof value === "number" || typeof value === "boolean" ? `the ${typeof value} ${value}` : `a ${typeof value}`;
}

/** A secret ends up under wrong keys as well: only what is short and plain is repeated, and of a URL only its host. */
function shownText(value: string, path: Path): string {
  if (value === "") return "empty text";
  if (ANY_REFERENCE.test(value)) return value;
  const hidden = `text of ${value.length} characters (not shown)`;
  if (isPrivate(path)) return hidden;
  if (value.includes("://")) return URL.canParse(value) ? `${originOf(new URL(value))}…` : hidden;
  // A webhook's URL is a secret without its scheme as well.
  if (/url$/i.test(String(path.at(-1)))) return hidden;
  if (value.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return hidden;
  return JSON.stringify(value);
}

const originOf = ({ protocol, host }: URL): string => `${protocol}//${host}/`;

const isPrivate = (path: Path): boolean => path.some((key) => PRIVATE.test(String(key)));
