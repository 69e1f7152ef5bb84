const ENTITIES: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * Escapes texts in which `<…>` is a mention, a link or a tag: Slack's mrkdwn
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping) and Google Chat's cards
 * (https://developers.google.com/workspace/chat/format-messages#card-formatting). The result contains no markup.
 */
export const escapeEntities = (text: string): string => text.replace(/[&<>]/g, (one) => ENTITIES[one] ?? one);
