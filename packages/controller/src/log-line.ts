const COLORS: { readonly [level: string]: string | undefined } = { debug: "2", warn: "33", error: "31" };

/** Converts one JSON log line to text, e.g. `12:00:01 WARN drained late (incident=i-0abc#1 seconds=3)`. */
export function formatLine(line: string, color: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as { [name: string]: unknown };
  const at = String(time).slice(11, 19);
  const head = `${at} ${String(level).toUpperCase().padEnd(5)} ${printable(String(msg))}`;
  const code = COLORS[String(level)];
  const painted = color && code !== undefined ? `\u001B[${code}m${head}\u001B[0m` : head;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${printable(shown(value))}`);
  return `${painted}${rest.length === 0 ? "" : ` (${rest.join(" ")})`}\n`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value) return String(value.message);
  return JSON.stringify(value);
}

/** Removes control characters: text from outside must not move the cursor of a terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}+/gu, " ");
