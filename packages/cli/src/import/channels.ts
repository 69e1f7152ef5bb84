import type { Part } from "./judge.ts";
import type { SettingName, Settings } from "./settings.ts";

interface Made {
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
}

/** What `convert` knows of the settings. */
export interface Reader {
  readonly settings: Settings;
  /** The value; null if it is absent or a secret. */
  readonly plain: (name: SettingName) => string | null;
  /** The reference to a secret, else the value. */
  readonly either: (name: SettingName) => string | null;
  /** The parts of a list with commas. */
  readonly list: (name: SettingName) => readonly string[];
  /** Where it stands: `SNS_TOPIC_ARN in old.env`. */
  readonly origin: (name: SettingName) => string;
}

interface Kind {
  readonly channel: string;
  readonly on: SettingName;
  readonly needs: readonly SettingName[];
  /** The options of the channel; null values are absent. */
  readonly options: (read: Reader) => { readonly [key: string]: unknown };
  readonly from: { readonly [key: string]: SettingName };
  readonly comment: (read: Reader) => string;
  /** Notes on what was converted. */
  readonly notes: (read: Reader) => readonly string[];
}

const none = (): readonly string[] => [];

const KINDS: readonly Kind[] = [
  {
    channel: "sns",
    on: "ENABLE_SNS",
    needs: ["SNS_TOPIC_ARN"],
    options: ({ plain }) => ({ type: "sns", topicArn: plain("SNS_TOPIC_ARN") }),
    from: { topicArn: "SNS_TOPIC_ARN" },
    comment: ({ origin }) => `from ${origin("SNS_TOPIC_ARN")}`,
    notes: none,
  },
  {
    channel: "chat",
    on: "ENABLE_CHAT",
    needs: ["GOOGLE_CHAT_WEBHOOK"],
    options: ({ either }) => ({ type: "google-chat", url: either("GOOGLE_CHAT_WEBHOOK") }),
    from: { url: "GOOGLE_CHAT_WEBHOOK" },
    comment: ({ origin }) => `from ${origin("GOOGLE_CHAT_WEBHOOK")}`,
    notes: none,
  },
  {
    channel: "slack",
    on: "ENABLE_SLACK",
    needs: ["SLACK_WEBHOOK_URL"],
    options: ({ either }) => ({ type: "slack", url: either("SLACK_WEBHOOK_URL") }),
    from: { url: "SLACK_WEBHOOK_URL" },
    comment: () => "with a bot's token and a channel instead of a url it is one message that is edited",
    notes: none,
  },
  {
    channel: "jira",
    on: "ENABLE_JIRA",
    needs: ["JIRA_URL", "JIRA_USERNAME", "JIRA_TOKEN", "JIRA_PROJECT"],
    options: ({ plain, either }) => ({
      type: "jira",
      url: plain("JIRA_URL"),
      email: plain("JIRA_USERNAME"),
      token: either("JIRA_TOKEN"),
      // Keys of projects have capital letters.
      project: plain("JIRA_PROJECT")?.toUpperCase() ?? null,
      issueType: "Task",
    }),
    from: { url: "JIRA_URL", email: "JIRA_USERNAME", token: "JIRA_TOKEN", project: "JIRA_PROJECT" },
    comment: ({ origin }) => `from ${origin("JIRA_URL")}; email is the address of the account that the token is of`,
    notes: () => ["channels.jira.issueType is Task, which most projects have. If yours has not, name another type."],
  },
  {
    channel: "mail",
    on: "ENABLE_EMAIL",
    needs: ["SMTP_HOST", "SMTP_FROM", "EMAIL_TO"],
    options: mail,
    from: {
      host: "SMTP_HOST",
      port: "SMTP_PORT",
      username: "SMTP_USERNAME",
      password: "SMTP_PASSWORD",
      from: "SMTP_FROM",
      to: "EMAIL_TO",
      cc: "EMAIL_CC",
      subjectPrefix: "EMAIL_SUBJECT_PREFIX",
    },
    comment: ({ origin }) => `from ${origin("SMTP_HOST")}`,
    notes: mailNotes,
  },
];

const WHOLE = /^\d+$/;
const hasLogin = ({ settings }: Reader): boolean => settings.has("SMTP_USERNAME") && settings.has("SMTP_PASSWORD");

function mail(read: Reader): { readonly [key: string]: unknown } {
  const { plain, either, list } = read;
  const port = plain("SMTP_PORT") ?? "587";
  return {
    type: "email",
    host: plain("SMTP_HOST"),
    // Text that is not a number stays text, so that the check names it.
    port: WHOLE.test(port) ? Number(port) : port,
    security: port === "465" ? "tls" : port === "25" ? "none" : null,
    ...(hasLogin(read) ? { username: either("SMTP_USERNAME"), password: either("SMTP_PASSWORD") } : {}),
    from: plain("SMTP_FROM"),
    to: list("EMAIL_TO"),
    cc: list("EMAIL_CC").length === 0 ? null : list("EMAIL_CC"),
    subjectPrefix: plain("EMAIL_SUBJECT_PREFIX"),
  };
}

function mailNotes(read: Reader): readonly string[] {
  const { settings, plain, either, origin } = read;
  const lone = settings.has("SMTP_USERNAME") !== settings.has("SMTP_PASSWORD");
  const notes: readonly (string | false)[] = [
    lone &&
      `${origin(settings.has("SMTP_USERNAME") ? "SMTP_USERNAME" : "SMTP_PASSWORD")} is left out: user name and password of the mail server go together.`,
    plain("SMTP_PORT") === "25" && "Port 25 is taken over without encryption, as it was; prefer 587 with STARTTLS.",
    plain("EMAIL_SUBJECT") !== null &&
      `${origin("EMAIL_SUBJECT")} is not taken over: the subject now says what happens. templates.subject sets your own.`,
    hasLogin(read) &&
      either("SMTP_PASSWORD") === "${env:SMTP_PASSWORD}" &&
      "The SMTP password is not written down: set SMTP_PASSWORD, or refer to ${ssm:/path} or ${secret:name#key}.",
  ];
  return notes.filter((one) => one !== false);
}

/** Makes the channels that were on and have all they need, and says which do not. */
export function channelsOf(read: Reader): Made {
  const parts: Part[] = [];
  const notes: string[] = [];
  for (const kind of KINDS) {
    const { settings, plain, origin } = read;
    const switched = plain(kind.on);
    const on = switched?.toLowerCase() === "true";
    const lacks = kind.needs.filter((one) => !settings.has(one));
    const has = kind.needs.filter((one) => settings.has(one)).map(origin);
    if (!on && (has.length > 0 || (switched !== null && !/^(false|)$/i.test(switched))))
      notes.push(
        `${switched === null ? kind.on : origin(kind.on)} is not true, so that channel stays off${has.length === 0 ? "" : `, although there is ${has.join(", ")}`}.`,
      );
    if (on && lacks.length > 0)
      notes.push(`${origin(kind.on)} is true, but ${lacks.join(", ")} is not set: that channel is left out.`);
    if (!on || lacks.length > 0) continue;
    const value = Object.fromEntries(Object.entries(kind.options(read)).filter(([, one]) => one !== null));
    const remarks = kind.needs.flatMap((name) => {
      const remark = settings.get(name)?.remark ?? null;
      return remark === null ? [] : [`${origin(name)} ${remark}: correct it where you set it.`];
    });
    parts.push({
      path: ["channels", kind.channel],
      value,
      comment: kind.comment(read),
      from: kind.from,
      notes: [...remarks, ...kind.notes(read)],
    });
  }
  return { parts, notes };
}
