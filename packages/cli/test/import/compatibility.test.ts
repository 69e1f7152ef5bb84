import { isWithin, parseConfig } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { convert } from "../../src/import/convert.ts";
import { fromParameters } from "../../src/import/parameters.ts";
import { fromEnvironment, settingsOf } from "../../src/import/read-file.ts";
import type { Found } from "../../src/import/read.ts";
import { renderConfig } from "../../src/import/text.ts";

/** The config that is made of these settings; it must load. */
function configOf(found: Found): object {
  const { parts, notes } = convert(new Map(found));
  expect(notes.filter((one) => one.includes("left out"))).toEqual([]);
  return parseConfig(renderConfig(parts), "made");
}

const env = (variables: { readonly [name: string]: string }): Found => fromEnvironment(variables, "e");
const inputJson = (json: object): Found => settingsOf(JSON.stringify(json), "input.json").found;
const parameters = (values: { readonly [name: string]: string }): Found =>
  fromParameters(Object.entries(values).map(([name, value]) => ({ name: `/spot-interruption/${name}`, value })));
const stack = (values: { readonly [name: string]: string }): Found =>
  settingsOf(
    JSON.stringify(Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }))),
    "stack.json",
  ).found;

const topicArn = "arn:aws:sns:eu-west-1:111122223333:alerts";
const sns = { sns: { type: "sns", topicArn } };
const chat = { chat: { type: "google-chat", url: "${env:GOOGLE_CHAT_WEBHOOK}" } };
const console = { console: { type: "console" } };
const webhook = "https://chat.googleapis.com/v1/spaces/x/messages?key=k&token=t";
const jira = {
  JIRA_URL: "https://example.atlassian.net",
  JIRA_USERNAME: "ops@example.com",
  JIRA_TOKEN: "t",
  JIRA_PROJECT: "OPS",
};
const smtp = { host: "smtp.example.com", port: "587", username: "u", password: "p", from_email: "s@example.com" };
const mail = {
  type: "email",
  host: "smtp.example.com",
  port: 587,
  username: "u",
  password: "${env:SMTP_PASSWORD}",
  from: "s@example.com",
  to: ["a@example.com", "b@example.com"],
};
const both = { to: ["a@example.com", "b@example.com"] };
const stored = {
  "smtp/host": smtp.host,
  "smtp/port": smtp.port,
  "smtp/username": smtp.username,
  "smtp/password": smtp.password,
  "smtp/from_email": smtp.from_email,
  "email/to": "a@example.com, b@example.com",
};
const at = (hour: number, minute: number): number => Date.UTC(2026, 0, 31, hour, minute);

test.each<readonly [string, Found, object]>([
  ["ENABLE_SNS, SNS_TOPIC_ARN", env({ ENABLE_SNS: "true", SNS_TOPIC_ARN: topicArn }), { channels: sns }],
  ["ENABLE_SNS in any case", env({ ENABLE_SNS: "True", SNS_TOPIC_ARN: topicArn }), { channels: sns }],
  ["SNS defaults to off", env({ SNS_TOPIC_ARN: topicArn }), { channels: console }],
  ["SNS is off for any word but true", env({ ENABLE_SNS: "1", SNS_TOPIC_ARN: topicArn }), { channels: console }],
  ["ENABLE_CHAT, GOOGLE_CHAT_WEBHOOK", env({ ENABLE_CHAT: "TRUE", GOOGLE_CHAT_WEBHOOK: webhook }), { channels: chat }],
  ["a webhook alone turns no chat on", env({ GOOGLE_CHAT_WEBHOOK: webhook }), { channels: console }],
  [
    "ENABLE_SLACK, SLACK_WEBHOOK_URL",
    env({ ENABLE_SLACK: "true", SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/x" }),
    { channels: { slack: { type: "slack", url: "${env:SLACK_WEBHOOK_URL}" } } },
  ],
  ["a webhook alone turns no Slack on", env({ SLACK_WEBHOOK_URL: "https://hooks.slack.com/x" }), { channels: console }],
  [
    "ENABLE_JIRA with a user name and no type of issue",
    env({ ENABLE_JIRA: "true", ...jira }),
    {
      channels: {
        jira: {
          type: "jira",
          url: "https://example.atlassian.net",
          email: "ops@example.com",
          token: "${env:JIRA_TOKEN}",
          project: "OPS",
          issueType: "Task",
        },
      },
    },
  ],
  [
    "a Jira project in small letters",
    env({ ENABLE_JIRA: "true", ...jira, JIRA_PROJECT: "ops" }),
    { channels: { jira: { project: "OPS" } } },
  ],
  [
    "CRITICAL_SERVICES",
    env({ CRITICAL_SERVICES: "checkout, search" }),
    { suppress: { criticalServices: ["checkout", "search"] } },
  ],
  ["CRITICAL_SERVICES, empty: all", env({ CRITICAL_SERVICES: "" }), { suppress: { criticalServices: [] } }],
  [
    "MIN_CAPACITY_THRESHOLD as a share",
    env({ MIN_CAPACITY_THRESHOLD: "0.5" }),
    { suppress: { sufficientCapacity: 0.5 } },
  ],
  ["MIN_CAPACITY_THRESHOLD as a count", env({ MIN_CAPACITY_THRESHOLD: "3" }), { suppress: { sufficientCapacity: 3 } }],
  [
    "input.json: the account",
    inputJson({
      awsCredentials: { region_name: "eu-west-1", profile_name: "p", role_arn: "arn:aws:iam::111122223333:role/r" },
    }),
    { aws: { regions: ["eu-west-1"], accounts: [{ account: "111122223333" }] } },
  ],
  [
    "input.json: mail",
    inputJson({
      smtpCredentials: smtp,
      emailNotification: { ...both, cc: ["c@example.com"], subject_prefix: "[spot]" },
    }),
    { channels: { mail: { ...mail, cc: ["c@example.com"], subjectPrefix: "[spot]" } } },
  ],
  [
    "input.json: a port that is a number",
    inputJson({ smtpCredentials: { ...smtp, port: 2587 }, emailNotification: both }),
    { channels: { mail: { ...mail, port: 2587 } } },
  ],
  [
    "Parameter Store: mail, its secrets decrypted at the start",
    [...parameters(stored), ...env({ ENABLE_EMAIL: "true" })],
    { channels: { mail: { ...mail, password: "${ssm:/spot-interruption/smtp/password}" } } },
  ],
  [
    "Parameter Store: copies as a list with commas",
    [...parameters({ ...stored, "email/cc": "c@example.com,d@example.com" }), ...env({ ENABLE_EMAIL: "true" })],
    { channels: { mail: { cc: ["c@example.com", "d@example.com"] } } },
  ],
  ["mail defaults to off", parameters(stored), { channels: console }],
  ["a stack: EnableSNS, SNSTopicArn", stack({ EnableSNS: "true", SNSTopicArn: topicArn }), { channels: sns }],
  [
    "a stack: EnableChat, GoogleChatWebhook",
    stack({ EnableChat: "true", GoogleChatWebhook: webhook }),
    { channels: chat },
  ],
  [
    "a stack: EnableEmail, with the mail of Parameter Store",
    [...parameters(stored), ...stack({ EnableEmail: "true" })],
    { channels: { mail: { type: "email" } } },
  ],
  [
    "the usual hook is completed",
    env({ AWS_REGION: "eu-west-1" }),
    { policy: { defaults: { hooks: expect.arrayContaining(["graceful-shutdown-hook"]) as object } } },
  ],
])("%s", (_, found, expected) => {
  expect(configOf(found)).toMatchObject(expected);
});

test.each([
  ["22:00", "06:00", [at(23, 0), at(5, 59)], [at(6, 0), at(21, 59)]],
  ["01:30", "02:30", [at(1, 30)], [at(2, 30)]],
  ["22:00", "6:00", [at(5, 59)], [at(6, 0)]],
])("MAINTENANCE_START %s, MAINTENANCE_END %s: in UTC, also across midnight", (start, end, inside, outside) => {
  const config = configOf(env({ MAINTENANCE_START: start, MAINTENANCE_END: end })) as ReturnType<typeof parseConfig>;
  const [window] = config.suppress.maintenance;
  const isIn = (time: number): boolean | null => (window === undefined ? null : isWithin(window, time));
  expect(inside.map((time) => isIn(time))).toEqual(inside.map(() => true));
  expect(outside.map((time) => isIn(time))).toEqual(outside.map(() => false));
});
