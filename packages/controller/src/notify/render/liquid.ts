import { Liquid, type Template } from "liquidjs";
import { escapeHtml } from "./escape-html.ts";

/** How `{{ … }}` is escaped: for HTML unless the template says `raw`, or not at all. */
export type Escape = "html" | "none";

/** Limits of one template in characters, milliseconds and objects; the largest alert needs a hundredth of them. */
const BOUNDS = { parseLimit: 100_000, renderLimit: 2_000, memoryLimit: 10_000_000 };

/** Templates are text in the config and may not include files. */
const noFiles = {
  exists: () => Promise.resolve(false),
  existsSync: () => false,
  readFile: () => Promise.reject(new Error("templates include no files")),
  readFileSync: () => {
    throw new Error("templates include no files");
  },
  resolve: (_root: string, file: string) => file,
};

const engines: { readonly [E in Escape]: Liquid } = {
  html: new Liquid({ ...options(), outputEscape: (value: unknown) => escapeHtml(textOf(value)) }),
  none: new Liquid(options()),
};

function options(): ConstructorParameters<typeof Liquid>[0] {
  const strict = { strictFilters: true, strictVariables: true, ownPropertyOnly: true };
  // Prevents a warning of the engine on stderr at each start.
  return { ...BOUNDS, ...strict, fs: noFiles, relativeReference: false };
}

/** Converts a value to text; objects become JSON. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Compiles a user's template (https://shopify.github.io/liquid/). Throws if it does not parse, uses unknown names, or
 * exceeds a limit; the message contains the line and is meant for people.
 *
 * @example liquid("{{ headline }}", "none")({ headline: "i-0abc is reclaimed" })
 */
function liquid(template: string, escape: Escape): (data: object) => string {
  const engine = engines[escape];
  let parsed: Template[] | null = null;
  return (data) => {
    parsed ??= engine.parse(template);
    return engine.renderSync(parsed, data) as string;
  };
}

export type Filled =
  | { readonly is: "filled"; readonly text: string }
  | { readonly is: "fault"; readonly fault: string };

/** Fills a template; a fault, with its line, is returned and not thrown. */
export function fill(template: string, escape: Escape, data: object): Filled {
  try {
    return { is: "filled", text: liquid(template, escape)(data) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "it does not parse";
    return { is: "fault", fault: message.replace(/\s+/g, " ").slice(0, 200) };
  }
}
