import type { AlertModel } from "../../alert.ts";
import { clean } from "../../message/clean.ts";
import { fit } from "../../render/fit.ts";
import type { Part } from "../../render/parts.ts";

/**
 * The body for a workflow's trigger, with one Adaptive Card:
 * https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook
 */
export interface TeamsMessage {
  readonly type: "message";
  readonly attachments: readonly [
    {
      readonly contentType: "application/vnd.microsoft.card.adaptive";
      readonly contentUrl: null;
      readonly content: object;
    },
  ];
}

/**
 * 28 KB are documented ("about":
 * https://learn.microsoft.com/en-us/connectors/teams/#known-issues-and-limitations-with-actions), and a larger message
 * fails in the workflow, which we cannot see. Others found a limit of 21,000 bytes
 * (https://www.rubydoc.info/gems/msteams_hermes/MsTeamsHermes/Message).
 */
const MOST_BYTES = 20_000;
const LONGEST_HEADLINE = 1_000;

const COLOR: { readonly [S in AlertModel["severity"]]: string } = {
  critical: "Attention",
  warning: "Warning",
  info: "Accent",
};

/**
 * Renders an alert as an Adaptive Card. All text is in TextRuns, in which Markdown is not interpreted
 * (https://learn.microsoft.com/en-us/adaptive-cards/schema-explorer/text-run): a name cannot be a link, and a mention
 * would need an entity. Version 1.2 is the first with TextRuns.
 */
export function teamsMessage(model: AlertModel): TeamsMessage {
  const headline = clean(model.headline, LONGEST_HEADLINE);
  const first = run(headline, { size: "Large", weight: "Bolder", color: COLOR[model.severity] });
  const actions =
    model.link === null ? {} : { actions: [{ type: "Action.OpenUrl", title: "Read all of it", url: model.link }] };
  return fit(
    model,
    (parts) => ({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          contentUrl: null,
          content: {
            $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
            type: "AdaptiveCard",
            version: "1.2",
            msteams: { width: "Full" },
            body: [first, ...parts.flatMap(blocks)],
            ...actions,
          },
        },
      ],
    }),
    (message) => Buffer.byteLength(JSON.stringify(message)) <= MOST_BYTES,
  );
}

function blocks({ name, title, lines, rest }: Part): readonly object[] {
  const style = name === "members" ? { fontType: "Monospace", size: "Small" } : {};
  return [
    run(title, { weight: "Bolder" }),
    ...lines.map((line) => ({ ...run(line, style), spacing: "Small" })),
    ...(rest === null ? [] : [{ ...run(rest, { isSubtle: true }), spacing: "Small" }]),
  ];
}

const run = (text: string, style: object): object => ({
  type: "RichTextBlock",
  inlines: [{ type: "TextRun", text, ...style }],
});
