import type { Settings, SettingName } from "./settings.ts";

/** One value in the new config. */
export interface Line {
  readonly path: readonly string[];
  readonly value: unknown;
  /** A comment above the value. */
  readonly comment: string | null;
}

export interface Converted {
  readonly lines: readonly Line[];
  /** Notes for the user: what was left out, and what can be improved now. */
  readonly warnings: readonly string[];
}

/**
 * Makes a config from the settings of an older set-up. What was switched off stays off. Secrets become references;
 * their values are never written.
 */
export function convert(settings: Settings): Converted {
  const warnings: string[] = [];
  const lines: Line[] = [];
  const plain = (name: SettingName): string | null => settings.get(name)?.value ?? null;
  const either = (name: SettingName): string | null => settings.get(name)?.reference ?? plain(name);
  const add = (path: readonly string[], value: unknown, comment: string | null = null): void =>
    void lines.push({ path, value, comment });
  const list = (name: SettingName): string[] =>
    (plain(name) ?? "").split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));

  /** Returns true if a channel was on and has all it needs; else adds a warning. */
  function wanted(name: string, needs: readonly SettingName[]): boolean {
    const on = (plain(`ENABLE_${name}` as SettingName) ?? "").toLowerCase() === "true";
    const lacks = needs.filter((one) => !settings.has(one));
    if (!on && needs.some((one) => settings.has(one)))
      warnings.push(`ENABLE_${name} is not true, so that channel stays off, although ${needs.join(", ")} is set.`);
    if (on && lacks.length > 0)
      warnings.push(`ENABLE_${name} is true, but ${lacks.join(", ")} is not set: that channel is left out.`);
    return on && lacks.length === 0;
  }
  const from = (name: SettingName): string => `from ${settings.get(name)?.from ?? "the environment"}`;

  const region = plain("AWS_REGION");
  if (region !== null) add(["aws", "regions"], [region], from("AWS_REGION"));
  const role = plain("AWS_ROLE_ARN");
  if (role !== null) add(["aws", "accounts"], [{ roleArn: role }], "the role that was assumed");
  if (settings.has("AWS_ACCESS_KEY_ID") || settings.has("AWS_SECRET_ACCESS_KEY"))
    warnings.push(
      "Static AWS keys are not taken over: they do not expire, and leak. Give the machine, container or function a role; " +
        "until then the SDK reads AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from the environment by itself.",
    );
  const profile = plain("AWS_PROFILE");
  if (profile !== null) warnings.push(`The profile ${profile} is no part of the config: set AWS_PROFILE=${profile}.`);

  if (wanted("SNS", ["SNS_TOPIC_ARN"]))
    add(["channels", "sns"], { type: "sns", topicArn: plain("SNS_TOPIC_ARN") }, from("SNS_TOPIC_ARN"));
  if (wanted("CHAT", ["GOOGLE_CHAT_WEBHOOK"]))
    add(["channels", "chat"], { type: "google-chat", url: either("GOOGLE_CHAT_WEBHOOK") }, from("GOOGLE_CHAT_WEBHOOK"));
  if (wanted("SLACK", ["SLACK_WEBHOOK_URL"])) {
    const better = "with a bot's token and a channel instead of a url it is one message that is edited";
    add(["channels", "slack"], { type: "slack", url: either("SLACK_WEBHOOK_URL") }, better);
  }
  if (wanted("JIRA", ["JIRA_URL", "JIRA_USERNAME", "JIRA_TOKEN", "JIRA_PROJECT"]))
    add(
      ["channels", "jira"],
      {
        type: "jira",
        url: plain("JIRA_URL"),
        username: plain("JIRA_USERNAME"),
        token: either("JIRA_TOKEN"),
        project: plain("JIRA_PROJECT"),
      },
      from("JIRA_URL"),
    );
  if (wanted("EMAIL", ["SMTP_HOST", "SMTP_FROM", "EMAIL_TO"])) {
    const port = Number(plain("SMTP_PORT") ?? "587");
    const login = settings.has("SMTP_USERNAME") && settings.has("SMTP_PASSWORD");
    add(
      ["channels", "mail"],
      {
        type: "email",
        host: plain("SMTP_HOST"),
        port,
        ...(port === 465 ? { security: "tls" } : port === 25 ? { security: "none" } : {}),
        ...(login ? { username: either("SMTP_USERNAME"), password: either("SMTP_PASSWORD") } : {}),
        from: plain("SMTP_FROM"),
        to: list("EMAIL_TO"),
        ...(list("EMAIL_CC").length > 0 ? { cc: list("EMAIL_CC") } : {}),
        ...(plain("EMAIL_SUBJECT_PREFIX") === null ? {} : { subjectPrefix: plain("EMAIL_SUBJECT_PREFIX") }),
      },
      from("SMTP_HOST"),
    );
    if (port === 25) warnings.push("Port 25 is taken over without encryption, as it was; prefer 587 with STARTTLS.");
    if (plain("EMAIL_SUBJECT") !== null)
      warnings.push(
        "email_subject is not taken over: the subject now says what happens. templates.subject sets your own.",
      );
  }

  const critical = list("CRITICAL_SERVICES");
  if (critical.length > 0) add(["suppress", "criticalServices"], critical, from("CRITICAL_SERVICES"));
  else
    warnings.push(
      "CRITICAL_SERVICES is empty, so every service counts as critical. Name those that people must be woken for.",
    );
  const [start, end] = [plain("MAINTENANCE_START"), plain("MAINTENANCE_END")];
  if (start !== null && end !== null)
    add(
      ["suppress", "maintenance"],
      [{ name: "maintenance", from: start, to: end, timeZone: "UTC" }],
      "UTC, as before; another timeZone follows daylight saving time",
    );
  else if (start !== null || end !== null)
    warnings.push("Of MAINTENANCE_START and MAINTENANCE_END only one is set: no window is made.");
  const threshold = plain("MIN_CAPACITY_THRESHOLD");
  if (threshold !== null && Number.isFinite(Number(threshold)) && threshold !== "")
    add(
      ["suppress", "sufficientCapacity"],
      Number(threshold),
      "below 1: the share of desired tasks that must stay; 1 or more: container instances. Over the whole storm",
    );
  else if (threshold !== null)
    warnings.push(`MIN_CAPACITY_THRESHOLD is no number (${threshold.length} characters): left out.`);
  for (const name of settings.keys())
    if (
      name === "SMTP_PASSWORD" &&
      settings.get(name)?.reference === "${env:SMTP_PASSWORD}" &&
      plain("SMTP_HOST") !== null
    )
      warnings.push(
        "The SMTP password is not written down: set SMTP_PASSWORD, or refer to ${ssm:/path} or ${secret:name#key}.",
      );
  return { lines, warnings };
}
