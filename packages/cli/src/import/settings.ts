/** One setting of the old set-up, named as its environment variable. */
export interface Setting {
  /** Null for a secret; `reference` then says where it is. */
  readonly value: string | null;
  /** The reference that the new config uses; null if the config contains the value. */
  readonly reference: string | null;
  /** The source: "input.json". */
  readonly from: string;
  /** What the source calls it: "smtpCredentials.port", "SNSTopicArn". */
  readonly key: string;
  /** What is wrong with a secret, without showing it; null if nothing is, or the config shows the value. */
  readonly remark: string | null;
}

/**
 * The known settings, and which of them are secrets. `input.json`, Parameter Store and stack parameters use other names
 * for the same settings; they are mapped to these.
 */
export const KNOWN = {
  ENABLE_SNS: "plain",
  ENABLE_CHAT: "plain",
  ENABLE_EMAIL: "plain",
  ENABLE_SLACK: "plain",
  ENABLE_JIRA: "plain",
  SNS_TOPIC_ARN: "plain",
  GOOGLE_CHAT_WEBHOOK: "secret-url",
  SLACK_WEBHOOK_URL: "secret-url",
  JIRA_URL: "plain",
  JIRA_USERNAME: "plain",
  JIRA_TOKEN: "secret",
  JIRA_PROJECT: "plain",
  CRITICAL_SERVICES: "plain",
  MAINTENANCE_START: "plain",
  MAINTENANCE_END: "plain",
  MIN_CAPACITY_THRESHOLD: "plain",
  AWS_REGION: "plain",
  AWS_PROFILE: "plain",
  AWS_ROLE_ARN: "plain",
  AWS_ACCESS_KEY_ID: "secret",
  AWS_SECRET_ACCESS_KEY: "secret",
  SMTP_HOST: "plain",
  SMTP_PORT: "plain",
  SMTP_USERNAME: "plain",
  SMTP_PASSWORD: "secret",
  SMTP_FROM: "plain",
  EMAIL_TO: "plain",
  EMAIL_CC: "plain",
  EMAIL_SUBJECT: "plain",
  EMAIL_SUBJECT_PREFIX: "plain",
} as const satisfies { readonly [name: string]: "plain" | "secret" | "secret-url" };

export type SettingName = keyof typeof KNOWN;
export type Settings = ReadonlyMap<SettingName, Setting>;

export const isKnown = (name: string): name is SettingName => Object.hasOwn(KNOWN, name);

/** Where a value stands: the source's name of it, and the source. */
export interface Origin {
  readonly from: string;
  readonly key: string;
}

/** @param refer the reference that the new config uses for a secret; the secret itself is dropped */
export function setting(name: SettingName, value: string, origin: Origin, refer: string): Setting {
  return KNOWN[name] === "plain"
    ? { ...origin, value: value.trim(), reference: null, remark: null }
    : { ...origin, value: null, reference: refer, remark: KNOWN[name] === "secret-url" ? aboutUrl(value) : null };
}

const aboutUrl = (value: string): string | null =>
  URL.parse(value.trim())?.protocol === "https:"
    ? null
    : `is no URL that begins with https:// (${value.length} characters, not shown)`;
