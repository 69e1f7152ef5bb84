/**
 * Escapes text for Discord's Markdown (https://support.discord.com/hc/en-us/articles/210298617), in the middle of a
 * line: the result contains no emphasis, code, spoiler, link, emoji, mention or time stamp. An escaped `:` prevents
 * links and emojis; a `:` before a space needs no escape.
 */
export const escapeMarkdown = (text: string): string => text.replace(/[\\*_~`|<>[\]@#]|:(?=\S)/g, "\\$&");
