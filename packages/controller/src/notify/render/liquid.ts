import { Liquid, type Template } from "liquidjs";
import { escapeHtml } from "./escape-html.ts";

/** What becomes of `{{ … }}`: HTML is escaped unless the template says `raw`, text stays. */
export type Escape = "html" | "none";

/** Work that one template may do; the largest alert needs a hundredth of it. In characters, milliseconds, and objects. */
const BOUNDS = { parseLimit: 100_000, renderLimit: 2_000, memoryLimit: 10_000_000 };

/** Templates are text of the config: nothing is read from files for them. */
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
  // Without files nothing is relative to one; the engine would say so on stderr at each start.
  return { ...BOUNDS, ...strict, fs: noFiles, relativeReference: false };
}

/** Objects have no text of their own; `| json` gives them one. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * A user's own template (https://shopify.github.io/liquid/). Throws where it does not parse, names what is not there, or
 * works too long; the message says the line and is fit for people.
 *
 * @example liquid("{{ headline }}", "none")({ headline: "i-0abc is reclaimed" })
 */
export function liquid(template: string, escape: Escape): (data: object) => string {
  const engine = engines[escape];
  let parsed: Template[] | null = null;
  return (data) => {
    parsed ??= engine.parse(template);
    return engine.renderSync(parsed, data) as string;
  };
}

/** What is wrong with a template, tried on an example; null: nothing. */
export function faultOf(template: string, escape: Escape, example: object): string | null {
  try {
    liquid(template, escape)(example);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : "it does not parse";
    return message.replace(/\s+/g, " ").slice(0, 200);
  }
}
