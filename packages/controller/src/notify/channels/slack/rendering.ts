import type { AlertModel } from "../../alert.ts";
import { clean } from "../../message/clean.ts";
import { escapeEntities } from "../../render/escape-entities.ts";
import { fit } from "../../render/fit.ts";
import type { Part } from "../../render/parts.ts";

/** The body for `chat.postMessage`, `chat.update` and incoming webhooks: blocks, and a text for notifications. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/**
 * All blocks are rich text (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block), whose text elements are
 * literal, so that a name cannot be a mention, link, emoji or code. There are about ten blocks; 50 are allowed.
 */
interface SlackBlock {
  readonly type: "rich_text";
  readonly elements: readonly object[];
}

/**
 * Maximum number of characters of all blocks as JSON. Slack documents no number for `msg_blocks_too_long`; messages
 * were refused from 13,172 on (https://github.com/slackapi/bolt-js/issues/2509).
 */
const MOST_BLOCKS = 12_000;
/** Longest headline: even with all characters escaped it stays below Slack's limit of 4,000 for `text`. */
const LONGEST_HEADLINE = 750;

const SIGN: { readonly [S in AlertModel["severity"]]: string } = {
  critical: "red_circle",
  warning: "large_orange_circle",
  info: "large_blue_circle",
};

/** Parts that go into the thread, if there is one, since the other parts are more urgent. */
const DETAILS: ReadonlySet<Part["name"]> = new Set(["services", "members"]);

const isDetail = ({ name }: Part): boolean => DETAILS.has(name);

/** Renders a whole alert as one message. */
export const slackMessage = (model: AlertModel): SlackMessage => message(model, () => true);

/** Renders the main message, which is edited, without details. */
export const slackSummary = (model: AlertModel): SlackMessage => message(model, (part) => !isDetail(part));

/** Renders services and members, for the reply in the thread. */
export function slackDetails(model: AlertModel): SlackMessage {
  const blocks = fitting(model, (parts) => parts.filter(isDetail).map(block));
  return { text: "Details", blocks };
}

function message(model: AlertModel, shown: (part: Part) => boolean): SlackMessage {
  const headline = clean(model.headline, LONGEST_HEADLINE);
  const first = richText([section([emoji(SIGN[model.severity]), text(" "), bold(headline)])]);
  const last =
    model.link === null ? [] : [richText([section([{ type: "link", url: model.link, text: "Read all of it" }])])];
  return {
    text: escapeEntities(`${model.severity.toUpperCase()}: ${headline}`),
    blocks: fitting(model, (parts) => [first, ...parts.filter(shown).map(block), ...last]),
  };
}

const fitting = (model: AlertModel, render: (parts: readonly Part[]) => readonly SlackBlock[]): readonly SlackBlock[] =>
  fit(model, render, (blocks) => JSON.stringify(blocks).length <= MOST_BLOCKS);

function block({ name, title, lines, rest }: Part): SlackBlock {
  const table = name === "members" && lines.length > 0;
  const shown = table
    ? [{ type: "rich_text_preformatted", elements: [text(lines.join("\n"))] }]
    : lines.length === 0
      ? []
      : [{ type: "rich_text_list", style: "bullet", elements: lines.map((line) => section([text(line)])) }];
  const cut = rest === null ? [] : [section([{ type: "text", text: rest, style: { italic: true } }])];
  return richText([section([bold(title)]), ...shown, ...cut]);
}

const richText = (elements: readonly object[]): SlackBlock => ({ type: "rich_text", elements });
const section = (elements: readonly object[]): object => ({ type: "rich_text_section", elements });
const text = (words: string): object => ({ type: "text", text: words });
const bold = (words: string): object => ({ type: "text", text: words, style: { bold: true } });
const emoji = (name: string): object => ({ type: "emoji", name });
