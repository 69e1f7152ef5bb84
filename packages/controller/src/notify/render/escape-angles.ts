/**
 * Escapes texts that one client shows as HTML and another as plain text: "HTML formatting for the message values is
 * also supported" (https://docs.opsgenie.com/docs/alerts-and-alert-fields). Without angle brackets nothing in `text` is
 * a tag, and it is readable as plain text, too.
 */
export const escapeAngles = (text: string): string =>
  text.replaceAll("<", "‹").replaceAll(">", "›").replaceAll("&", "+");
