import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeEntities } from "../../src/notify/render/escape-entities.ts";
import { escapeMarkdown } from "../../src/notify/render/escape-markdown.ts";

/** Text as somebody who means harm would name an instance, and any other. */
const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        "<!here>",
        "<!channel>",
        "<@U123>",
        "<@&9>",
        "<https://x|y>",
        "</a>",
        "**b**",
        "```c```",
        "[x](https://y)",
        ":skull:",
        "\\*",
        "@everyone",
        "<users/all>",
        "&lt;",
        "&amp;",
      ),
    )
    .map((parts) => parts.join("")),
);

test("what is escaped for Slack and Google Chat holds no mention, link or tag, and reads as before", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const escaped = escapeEntities(text);
      expect(escaped).toMatch(/^(?:[^<>&]|&(?:amp|lt|gt);)*$/);
      const read = escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
      expect(read).toBe(text);
    }),
  );
});

test("what is escaped for Discord holds no character that its Markdown reads, and reads as before", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const escaped = escapeMarkdown(text);
      const rest = escaped.replace(/\\[\\*_~`|<>[\]:@#]/g, "");
      expect(rest).not.toMatch(/[\\*_~`|<>[\]@#]|:[^\s:]/);
      expect(escaped.replace(/\\(.)/gsu, "$1")).toBe(text);
    }),
  );
});
