import type { AlertModel } from "../alert.ts";
import { fit } from "./fit.ts";
import type { Part } from "./parts.ts";

export interface TextOptions {
  readonly mostMembers: number;
  /** Maximum size of the whole text in UTF-8; members that do not fit are counted. */
  readonly mostBytes: number;
}

/** Renders an alert as lines of plain text: headline, impact, progress, requests, members. */
export function renderText(model: AlertModel, { mostMembers, mostBytes }: TextOptions): readonly string[] {
  return fit(
    model,
    (parts) => [model.headline, ...parts.flatMap(linesOf), ...(model.link === null ? [] : [`  see ${model.link}`])],
    (lines) => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) <= mostBytes,
    mostMembers,
  );
}

function linesOf({ name, title, lines, rest }: Part): readonly string[] {
  const before = name === "stakes" ? `${title.toLowerCase()}: ` : BEFORE[name];
  return [...lines.map((line) => `  ${before}${line}`), ...(rest === null ? [] : [`  ${rest}`])];
}

/** Prefixes of lines that need one. */
const BEFORE: { readonly [N in Exclude<Part["name"], "stakes">]: string } = {
  doing: "",
  ask: "please ",
  missing: "not known: ",
  deadline: "deadline ",
  where: "where: ",
  services: "service ",
  members: "- ",
};
