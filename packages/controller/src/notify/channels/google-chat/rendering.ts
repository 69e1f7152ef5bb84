import type { AlertModel } from "../../alert.ts";
import { clean } from "../../message/clean.ts";
import { alertId } from "../../render/ticket.ts";
import { escapeAngles } from "../../render/escape-angles.ts";
import { escapeEntities } from "../../render/escape-entities.ts";
import { fit } from "../../render/fit.ts";
import type { Part } from "../../render/parts.ts";

/** A message of spaces.messages.create: https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages */
export interface ChatMessage {
  /** Text of the notification; plain text. */
  readonly fallbackText: string;
  readonly thread: { readonly threadKey: string };
  readonly cardsV2: readonly [
    { readonly cardId: string; readonly card: { readonly sections: readonly ChatSection[] } },
  ];
}

/**
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/Card; a card may have 100 widgets; here are about
 * ten.
 */
interface ChatSection {
  readonly header?: string;
  readonly collapsible?: boolean;
  readonly widgets: readonly object[];
}

/**
 * Size limit of text and cards:
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
 */
const MOST_BYTES = 32_000;
const LONGEST_HEADLINE = 1_000;
/** Lists from this length on are collapsed. */
const FOLD_FROM = 5;

const COLOR: { readonly [S in AlertModel["severity"]]: string } = {
  critical: "#c5221f",
  warning: "#e37400",
  info: "#1967d2",
};

/** Makes a message with one card; all messages of an alert are in one thread. */
export function chatMessage(model: AlertModel): ChatMessage {
  const headline = clean(model.headline, LONGEST_HEADLINE);
  const first = paragraph(`<b><font color="${COLOR[model.severity]}">${escapeEntities(headline)}</font></b>`);
  const last = model.link === null ? [] : [{ widgets: [button("Read all of it", model.link)] }];
  return fit(
    model,
    (parts) => ({
      fallbackText: escapeAngles(`${model.severity.toUpperCase()}: ${headline}`),
      thread: { threadKey: alertId(model) },
      cardsV2: [
        { cardId: "alert", card: { sections: [{ widgets: [first] }, ...parts.map(sectionOf), ...last] } },
      ] as const,
    }),
    (message) => Buffer.byteLength(JSON.stringify(message)) <= MOST_BYTES,
  );
}

/** What a reader must not have to unfold. */
const NEVER_FOLDED: ReadonlySet<Part["name"]> = new Set(["stakes", "ask"]);

function sectionOf({ name, title, lines, rest }: Part): ChatSection {
  const cut = rest === null ? [] : [`<i>${escapeEntities(rest)}</i>`];
  const widgets = [paragraph([...lines.map(escapeEntities), ...cut].join("<br>"))];
  return {
    header: title,
    ...(lines.length >= FOLD_FROM && !NEVER_FOLDED.has(name) ? { collapsible: true } : {}),
    widgets,
  };
}

/** `text` may contain a few HTML tags: https://developers.google.com/workspace/chat/format-messages#card-formatting */
const paragraph = (text: string): object => ({ textParagraph: { text } });
const button = (text: string, url: string): object => ({
  buttonList: { buttons: [{ text, onClick: { openLink: { url } } }] },
});
