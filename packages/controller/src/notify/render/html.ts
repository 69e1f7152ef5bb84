import type { AlertModel } from "../alert.ts";
import { escapeHtml } from "./escape-html.ts";
import { fit } from "./fit.ts";
import type { Part } from "./parts.ts";

const COLORS: { readonly [S in AlertModel["severity"]]: string } = {
  critical: "#b3261e",
  warning: "#9a5b00",
  info: "#1a5fb4",
};

/**
 * Renders an alert as HTML for mail programs: one column that fits a phone; inline styles, since many programs drop
 * style sheets; no images and no external content; colours that also work in dark mode.
 */
export function renderHtml(model: AlertModel, mostBytes: number): string {
  return fit(
    model,
    (parts) => page(model, parts),
    (html) => Buffer.byteLength(html) <= mostBytes,
  );
}

function page(model: AlertModel, parts: readonly Part[]): string {
  const color = COLORS[model.severity];
  const word = model.phase === "outcome" ? "ended" : model.severity;
  const link =
    model.link === null
      ? ""
      : `<p style="margin:20px 0 0"><a href="${escapeHtml(model.link)}" style="color:${color}">See the timeline</a></p>`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<meta name="color-scheme" content="light dark"><title>${escapeHtml(model.headline)}</title></head>`,
    `<body style="margin:0;padding:16px;font:15px/1.5 system-ui,Segoe UI,Helvetica,Arial,sans-serif">`,
    `<div style="max-width:640px;margin:0 auto;border-left:4px solid ${color};padding:2px 0 2px 16px">`,
    `<p style="margin:0;font-size:12px;letter-spacing:.06em;text-transform:uppercase;color:${color}">${word}</p>`,
    `<h1 style="margin:0 0 12px;font-size:19px;line-height:1.35">${escapeHtml(model.headline)}</h1>`,
    ...parts.map(section),
    link,
    `</div></body></html>`,
  ].join("\n");
}

function section({ title, lines, rest }: Part): string {
  const items = lines.map((line) => `<li style="margin:2px 0">${escapeHtml(line)}</li>`).join("");
  const more = rest === null ? "" : `<p style="margin:2px 0 0;opacity:.75">${escapeHtml(rest)}</p>`;
  const list = items === "" ? "" : `<ul style="margin:0;padding-left:18px;overflow-wrap:anywhere">${items}</ul>`;
  return `<h2 style="margin:14px 0 2px;font-size:13px;opacity:.75">${escapeHtml(title)}</h2>${list}${more}`;
}
