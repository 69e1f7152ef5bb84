import type { AlertModel } from "../../alert.ts";
import { clean } from "../../message/clean.ts";
import { escapeMarkdown } from "../../render/escape-markdown.ts";
import { fit } from "../../render/fit.ts";
import type { Part } from "../../render/parts.ts";

/** The body for posting and editing: https://docs.discord.com/developers/resources/webhook#execute-webhook */
export interface DiscordMessage {
  readonly content: string;
  readonly embeds: readonly [DiscordEmbed];
  /** No mentions, whatever the text contains. */
  readonly allowed_mentions: { readonly parse: readonly [] };
}

interface DiscordEmbed {
  readonly color: number;
  readonly description: string;
  readonly title?: string;
  readonly url?: string;
}

/** https://docs.discord.com/developers/resources/message#embed-object-embed-limits; title and description stay below the 6,000 of all texts. */
const MOST_DESCRIPTION = 4_096;
/** At most 2,000 characters are accepted, and each may need escaping. */
const LONGEST_HEADLINE = 900;

const COLOR: { readonly [S in AlertModel["severity"]]: number } = {
  critical: 0xd9_30_25,
  warning: 0xe3_74_00,
  info: 0x1a_73_e8,
};

export function discordMessage(model: AlertModel): DiscordMessage {
  return {
    content: `**${escapeMarkdown(clean(model.headline, LONGEST_HEADLINE))}**`,
    embeds: [
      {
        ...(model.link === null ? {} : { title: "Read all of it", url: model.link }),
        color: COLOR[model.severity],
        description: fit(
          model,
          (parts) => parts.map(paragraph).join("\n"),
          (text) => text.length <= MOST_DESCRIPTION,
        ),
      },
    ],
    allowed_mentions: { parse: [] },
  };
}

function paragraph({ title, lines, rest }: Part): string {
  const shown = lines.map((line) => `• ${escapeMarkdown(line)}`);
  return [`**${title}**`, ...shown, ...(rest === null ? [] : [`*${rest}*`])].join("\n");
}
