/**
 * For Discord's Markdown (https://support.discord.com/hc/en-us/articles/210298617), in the middle of a line: nothing of
 * `text` is emphasis, code, spoiler, link, emoji, mention or time stamp afterwards. With `:` escaped no URL is made a link
 * and no `:name:` an emoji; one before a space begins neither.
 */
export const escapeMarkdown = (text: string): string => text.replace(/[\\*_~`|<>[\]@#]|:(?=\S)/g, "\\$&");
