/**
 * For texts that one client shows as HTML and another as they are: "HTML formatting for the message values is also
 * supported" (https://docs.opsgenie.com/docs/alerts-and-alert-fields). Without angle brackets nothing of `text` is a tag, and
 * it reads well where tags mean nothing.
 */
export const escapeAngles = (text: string): string =>
  text.replaceAll("<", "‹").replaceAll(">", "›").replaceAll("&", "+");
