import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { convert } from "../../src/import/convert.ts";
import { settingsOf } from "../../src/import/read-file.ts";
import { renderConfig } from "../../src/import/text.ts";
import { folder, spotkeeper } from "../support.ts";

/** Another setting, which must be written whatever is wrong beside it. */
const GOOD = "MIN_CAPACITY_THRESHOLD=0.5";
const SNS = "ENABLE_SNS=true\nSNS_TOPIC_ARN=";
const JIRA =
  "ENABLE_JIRA=true\nJIRA_URL=https://example.atlassian.net\nJIRA_USERNAME=ops@example.com\nJIRA_TOKEN=hush\nJIRA_PROJECT=OPS";
const MAIL =
  "ENABLE_EMAIL=true\nSMTP_HOST=smtp.example.com\nSMTP_FROM=s@example.com\nEMAIL_TO=a@example.com,nobody,b@example.com\nSMTP_PORT=many\nEMAIL_CC=x";

const made = (content: string, file: string) => {
  const read = settingsOf(content, file);
  const { parts, notes } = convert(new Map(read.found));
  return { config: parseConfig(renderConfig(parts), "made"), notes: [...read.notes, ...notes].join("\n") };
};

test.each([
  ["a wrong topic", `${SNS}not-an-arn`, 'old.env: SNS_TOPIC_ARN: got "not-an-arn", wants the ARN of an SNS topic'],
  ["a wrong region", "AWS_REGION=eu-west", 'old.env: AWS_REGION: got "eu-west", wants a region, such as eu-west-1'],
  ["a wrong role", "AWS_ROLE_ARN=admin", "old.env: AWS_ROLE_ARN: got"],
  [
    "a wrong time",
    "MAINTENANCE_START=25:99\nMAINTENANCE_END=06:00",
    'old.env: MAINTENANCE_START: got "25:99", wants a time of day',
  ],
  ["equal times", "MAINTENANCE_START=06:00\nMAINTENANCE_END=06:00", "old.env: MAINTENANCE_END: got"],
  [
    "a time of one digit",
    "MAINTENANCE_START=22:00\nMAINTENANCE_END=6:00",
    'MAINTENANCE_END in old.env is "6:00", which is taken as 06:00',
  ],
  ["one time only", "MAINTENANCE_START=22:00", "only one is set"],
  [
    "a Jira user without an address",
    JIRA.replace("ops@example.com", "ops-bot"),
    'old.env: JIRA_USERNAME: got "ops-bot", wants an e-mail address',
  ],
  ["a Jira without a scheme", JIRA.replace("https://", ""), "old.env: JIRA_URL: got text of"],
  ["a Jira project that is none", JIRA.replace("=OPS", "=my project"), 'old.env: JIRA_PROJECT: got "MY PROJECT"'],
  [
    "a webhook that is no URL",
    "ENABLE_CHAT=true\nGOOGLE_CHAT_WEBHOOK=hush",
    "GOOGLE_CHAT_WEBHOOK in old.env is no URL that begins with https:// (4 characters, not shown)",
  ],
  ["a word that turns nothing on", "ENABLE_SNS=yes", "ENABLE_SNS in old.env is not true"],
  [
    "a user name without a password",
    "ENABLE_EMAIL=true\nSMTP_HOST=h.example.com\nSMTP_FROM=s@example.com\nEMAIL_TO=a@example.com\nSMTP_USERNAME=u",
    "SMTP_USERNAME in old.env is left out",
  ],
])("%s is named with file and key, and the rest is written", (_, content, note) => {
  const { config, notes } = made(`${content}\n${GOOD}\n`, "old.env");
  expect(notes).toContain(note);
  expect(notes).not.toContain("hush");
  expect(config.suppress.sufficientCapacity).toBe(0.5);
});

test("of a channel only the values that do not load are left out, also in a list", () => {
  const { config, notes } = made(MAIL, "old.env");
  expect(config.channels).toEqual({
    mail: {
      type: "email",
      host: "smtp.example.com",
      from: "s@example.com",
      to: ["a@example.com", "b@example.com"],
      cc: [],
    },
  });
  for (const key of ['EMAIL_TO: got "nobody"', 'SMTP_PORT: got "many"', 'EMAIL_CC: got "x"'])
    expect(notes).toContain(`old.env: ${key}`);
});

test("a channel without what it needs is left out, with the key that it needs", () => {
  const { config, notes } = made(`${SNS}x\n${JIRA}`, "old.env");
  expect(Object.keys(config.channels)).toEqual(["jira"]);
  expect(notes).toContain("channels.sns is left out, since it needs SNS_TOPIC_ARN.");
});

test.each([
  [{ smtpCredentials: 5 }, "old.json: smtpCredentials: has no keys with values; left out."],
  [{ smtpCredentials: { port: true } }, "old.json: smtpCredentials.port: wants text; left out."],
  [{ emailNotification: { to: [{}] } }, "old.json: emailNotification.to: wants text, or a list of it; left out."],
  [{ awsCredentials: { role_arn: "x" } }, "old.json: awsCredentials.role_arn: got"],
])("input.json: %j is named with file and key, and the rest is written", (json, note) => {
  const given = JSON.stringify({
    ...json,
    awsCredentials: { region_name: "eu-west-1", ...("awsCredentials" in json ? json.awsCredentials : {}) },
  });
  const { config, notes } = made(given, "old.json");
  expect(notes).toContain(note);
  expect(config.aws.regions).toEqual(["eu-west-1"]);
});

test("a stack's parameters: a wrong one is named as the stack names it", () => {
  const content = JSON.stringify([
    { ParameterKey: "EnableSNS", ParameterValue: "true" },
    { ParameterKey: "SNSTopicArn", ParameterValue: "x" },
    { parameter: "EnableChat" },
  ]);
  const { notes } = made(content, "stack.json");
  expect(notes).toContain('stack.json: SNSTopicArn: got "x", wants the ARN of an SNS topic');
  expect(notes).toContain("stack.json: [2]: wants a ParameterKey and a ParameterValue; left out.");
});

test("the command writes what can be taken over and exits with 0", async () => {
  const file = join(folder, "old.env");
  writeFileSync(file, `${SNS}wrong\n${JIRA}\nMAINTENANCE_START=22:00\nMAINTENANCE_END=6:00\n`);
  const { code, stdout, stderr } = await spotkeeper(["import", file]);
  expect(code).toBe(0);
  const config = parseConfig(stdout, "made");
  expect(config.channels).toMatchObject({ jira: { type: "jira", email: "ops@example.com", issueType: "Task" } });
  expect(config.suppress.maintenance).toHaveLength(1);
  expect(stderr).toContain(`note: ${file}: SNS_TOPIC_ARN: got "wrong"`);
});
