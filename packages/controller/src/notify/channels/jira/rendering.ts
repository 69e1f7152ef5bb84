import type { AlertModel } from "../../alert.ts";
import { fit } from "../../render/fit.ts";
import type { Part } from "../../render/parts.ts";

/** A node of the Atlassian Document Format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure */
export interface AdfNode {
  readonly type: string;
  readonly text?: string;
  readonly attrs?: { readonly [name: string]: string | number };
  readonly marks?: readonly { readonly type: string; readonly attrs?: { readonly [name: string]: string } }[];
  readonly content?: readonly AdfNode[];
}

export interface AdfDocument {
  readonly version: 1;
  readonly type: "doc";
  readonly content: readonly AdfNode[];
}

/**
 * "CONTENT_LIMIT_EXCEEDED" above 32,767 characters: https://jira.atlassian.com/browse/JRACLOUD-78553. The whole JSON is
 * counted here.
 */
const LONGEST = 32_767;

/**
 * Renders an alert as a document. Untrusted text is only in text nodes, in which nothing is markup, a mention or a
 * link. Each part has a heading and a list.
 */
export const renderAdf = (model: AlertModel): AdfDocument =>
  fit(
    model,
    (parts) => documentOf([paragraph(strong(model.headline)), ...parts.flatMap(nodesOf), ...linkOf(model)]),
    (document) => JSON.stringify(document).length <= LONGEST,
  );

/** Makes a document of one paragraph of plain text. */
export const adfNote = (text: string): AdfDocument => documentOf([paragraph(plain(text))]);

const documentOf = (content: readonly AdfNode[]): AdfDocument => ({ version: 1, type: "doc", content });
const paragraph = (...content: readonly AdfNode[]): AdfNode => ({ type: "paragraph", content });

/** Makes a text node; an empty one is rejected ("minLength": 1 in http://go.atlassian.com/adf-json-schema). */
const plain = (text: string): AdfNode => ({ type: "text", text: text === "" ? " " : text });
const strong = (text: string): AdfNode => ({ ...plain(text), marks: [{ type: "strong" }] });

function nodesOf({ title, lines, rest }: Part): readonly AdfNode[] {
  const items = [...lines, ...(rest === null ? [] : [rest])];
  return [
    { type: "heading", attrs: { level: 3 }, content: [plain(title)] },
    { type: "bulletList", content: items.map((line) => ({ type: "listItem", content: [paragraph(plain(line))] })) },
  ];
}

const linkOf = ({ link }: AlertModel): readonly AdfNode[] =>
  link === null ? [] : [paragraph({ ...plain(link), marks: [{ type: "link", attrs: { href: link } }] })];
