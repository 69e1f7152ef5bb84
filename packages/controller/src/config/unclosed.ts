import { type Document, isCollection, isScalar, visit } from "yaml";

/** A bracket, brace or quote that is never closed. */
export interface Unclosed {
  readonly sign: string;
  /** Where it is opened, in characters from the start. */
  readonly offset: number;
}

const CLOSES: { readonly [open: string]: string } = { "[": "]", "{": "}", '"': '"', "'": "'" };

/** Returns the innermost bracket, brace or quote that the text opens and never closes; null if each is closed. */
export function unclosedIn(document: Document.Parsed, text: string): Unclosed | null {
  let found: Unclosed | null = null;
  const check = (range: readonly number[] | null | undefined): void => {
    const [offset, end] = [range?.[0], range?.[1]];
    if (offset === undefined || end === undefined) return;
    const sign = text[offset] ?? "";
    const close = CLOSES[sign];
    if (close !== undefined && (end - offset < 2 || text[end - 1] !== close)) found = { sign, offset };
  };
  visit(document, {
    Node(_key, node) {
      if (isCollection(node) ? node.flow === true : isScalar(node) && node.type?.startsWith("QUOTE_") === true)
        check(node.range);
    },
  });
  return found;
}
