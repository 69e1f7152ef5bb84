import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseAllDocuments } from "yaml";
import { SpotkeeperError } from "../errors.ts";
import { unclosedIn } from "./unclosed.ts";

type Path = readonly PropertyKey[];

export interface Source {
  readonly value: unknown;
  /** Returns the line (from 1) of the value at `path`, or of its key; else of the value that contains it. */
  readonly lineOf: (path: Path) => number;
}

/** Maximum size of a config. */
const LARGEST = 1024 * 1024;

/** Parses one YAML document. Throws SK-CONFIG-SYNTAX with the line, or SK-CONFIG-UNREADABLE if it is too large. */
export function readYaml(text: string, file: string): Source {
  if (text.length > LARGEST) {
    throw new SpotkeeperError(
      "SK-CONFIG-UNREADABLE",
      `${file} has ${text.length} characters; a config has at most ${LARGEST}.`,
    );
  }
  const lineCounter = new LineCounter();
  const line = (offset: number): number => lineCounter.linePos(offset).line;
  // `stringKeys`: account ids can be keys, and would lose leading zeros as numbers.
  const documents = parseAllDocuments(text, { lineCounter, stringKeys: true, prettyErrors: false, logLevel: "error" });
  if (!Array.isArray(documents) || documents.length === 0) return { value: {}, lineOf: () => 1 };
  const [document, second] = documents;
  if (document === undefined) return { value: {}, lineOf: () => 1 };
  if (second !== undefined) throw syntax(file, line(second.range[0]), "a second document begins here; a config is one");
  const [error] = [...document.errors, ...document.warnings];
  const unclosed = error === undefined ? null : unclosedIn(document, text);
  if (unclosed !== null) {
    const at = lineCounter.linePos(unclosed.offset);
    throw syntax(file, at.line, `the ${unclosed.sign} at column ${at.col} is never closed`);
  }
  if (error !== undefined) throw syntax(file, line(error.pos[0]), plain(error.code));
  const value = toValue(() => document.toJS({ maxAliasCount: 100 }) as unknown, file);
  const lineOf = (path: Path): number => line(offsetOf(document.contents, path) ?? 0);
  return { value: value ?? {}, lineOf };
}

function toValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (cause) {
    throw new SpotkeeperError("SK-CONFIG-SYNTAX", `${file}: its aliases (*name) refer to too much or to nothing.`, {
      cause,
    });
  }
}

function offsetOf(root: unknown, path: Path): number | null {
  let node: unknown = root;
  let offset = isNode(root) ? start(root) : null;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair === undefined) return offset;
      offset = isNode(pair.key) ? start(pair.key) : offset;
      node = pair.value;
    } else {
      node =
        isNode(node) && "items" in node && Array.isArray(node.items) ? (node.items as unknown[])[Number(key)] : null;
      if (!isNode(node)) return offset;
      offset = start(node);
    }
  }
  return offset;
}

const start = (node: Node): number => node.range?.[0] ?? 0;

const syntax = (file: string, line: number, what: string): SpotkeeperError =>
  new SpotkeeperError("SK-CONFIG-SYNTAX", `${file}:${line}: this is not YAML that can be read: ${what}.`);

/** Converts an error code to text. The parser's own messages quote the config, which may contain secrets. */
function plain(code: string): string {
  return HINTS[code] ?? code.toLowerCase().replaceAll("_", " ");
}

const HINTS: { readonly [code: string]: string | undefined } = {
  BAD_INDENT: "the indentation differs from what stands above",
  TAB_AS_INDENT: "it is indented with a tab; use blanks",
  DUPLICATE_KEY: "this key stands twice",
  MISSING_CHAR: "a quote, bracket or brace is missing, or text with ${…}, : or # needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "a value stands where only a key can",
  MULTILINE_IMPLICIT_KEY: "a key runs over several lines; a : may be missing",
  UNEXPECTED_TOKEN: "a sign stands where none can; text with ${…}, : or # may need quotes",
  NON_STRING_KEY: "a key is not plain text",
};
