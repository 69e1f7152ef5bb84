import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "@spotkeeper/controller";
import { expect, test } from "vitest";
import { convert } from "../../src/import/convert.ts";
import { fromParameters } from "../../src/import/parameters.ts";
import { fromEnvironment, settingsOf } from "../../src/import/read-file.ts";
import { renderConfig } from "../../src/import/text.ts";
import { folder, spotkeeper } from "../support.ts";

const inputJson = JSON.stringify({
  awsCredentials: {
    region_name: "eu-west-1",
    role_arn: "arn:aws:iam::111122223333:role/spot",
    access_key: "AKIAIOSFODNN7EXAMPLE",
    secret_key: "hush-secret-key",
  },
  smtpCredentials: {
    host: "smtp.example.com",
    port: "465",
    username: "u",
    password: "hush-smtp",
    from_email: "s@example.com",
  },
  emailNotification: { email_subject: "Spot!", subject_prefix: "[spot]", to: ["a@example.com"], cc: ["b@example.com"] },
});

const environment = {
  ENABLE_SNS: "TRUE",
  SNS_TOPIC_ARN: "arn:aws:sns:eu-west-1:111122223333:alerts",
  SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/hush-slack",
  ENABLE_SLACK: "false",
  CRITICAL_SERVICES: "checkout, search,",
  MAINTENANCE_START: "22:00",
  MAINTENANCE_END: "06:00",
  MIN_CAPACITY_THRESHOLD: "0.5",
};

const made = (found: ReturnType<typeof fromEnvironment>) => {
  const { parts, notes: warnings } = convert(new Map(found));
  const text = renderConfig(parts);
  return { text, warnings, config: parseConfig(text, "made") };
};

test("input.json: mail as it was, its password by reference, and no static keys", () => {
  const { text, warnings, config } = made(settingsOf(inputJson, "input.json").found);
  expect(config.channels).toEqual({
    mail: {
      type: "email",
      host: "smtp.example.com",
      port: 465,
      security: "tls",
      username: "u",
      password: "${env:SMTP_PASSWORD}",
      from: "s@example.com",
      to: ["a@example.com"],
      cc: ["b@example.com"],
      subjectPrefix: "[spot]",
    },
  });
  expect(config.aws).toMatchObject({
    regions: ["eu-west-1"],
    accounts: [{ account: "111122223333", roleArn: "arn:aws:iam::111122223333:role/spot" }],
  });
  expect(warnings.join("\n")).toMatch(/Static AWS keys.*role/);
  expect(warnings.join("\n")).toMatch(/SMTP_PASSWORD/);
  expect(text + warnings.join()).not.toMatch(/hush|AKIA/);
});

test("the environment: on only where it says true, whatever else is set", () => {
  const { text, warnings, config } = made(fromEnvironment(environment, "the environment"));
  expect(Object.keys(config.channels)).toEqual(["sns"]);
  expect(config.suppress).toMatchObject({ criticalServices: ["checkout", "search"], sufficientCapacity: 0.5 });
  expect(config.suppress.maintenance).toMatchObject([{ name: "maintenance" }]);
  expect(text).toContain("timeZone: UTC");
  expect(warnings.join("\n")).toContain("ENABLE_SLACK in the environment is not true");
  expect(text).not.toContain("hush");
});

test("an empty list of critical services means all, and that is told", () => {
  const { config, warnings } = made(fromEnvironment({ CRITICAL_SERVICES: "" }, "e"));
  expect(config.suppress.criticalServices).toEqual([]);
  expect(warnings.join()).toContain("every service counts as critical");
});

test("Parameter Store: secrets stay there", () => {
  const names = { host: "smtp.example.com", port: "587", username: "u", password: "hush", from_email: "s@example.com" };
  const parameters = [
    ...Object.entries(names).map(([name, value]) => ({ name: `/spot-interruption/smtp/${name}`, value })),
    { name: "/spot-interruption/email/to", value: "a@example.com,b@example.com" },
    { name: "/spot-interruption/constructor", value: "x" },
  ];
  const { text, config } = made([...fromParameters(parameters), ...fromEnvironment({ ENABLE_EMAIL: "true" }, "e")]);
  expect(config.channels).toMatchObject({
    mail: { password: "${ssm:/spot-interruption/smtp/password}", to: ["a@example.com", "b@example.com"] },
  });
  expect(text).not.toContain("hush");
});

test("a stack's parameters", () => {
  const stack = [
    { ParameterKey: "EnableSNS", ParameterValue: "true" },
    { ParameterKey: "SNSTopicArn", ParameterValue: environment.SNS_TOPIC_ARN },
  ];
  expect(made(settingsOf(JSON.stringify(stack), "stack.json").found).config.channels).toMatchObject({
    sns: { type: "sns" },
  });
});

test("static keys of a role's session are no static keys", () => {
  const env = { AWS_ACCESS_KEY_ID: "ASIA", AWS_SECRET_ACCESS_KEY: "hush", AWS_SESSION_TOKEN: "t" };
  expect(made(fromEnvironment(env, "e")).warnings.join()).not.toContain("Static");
});

test("the command: config on standard output, notes on standard error, a later source counts", async () => {
  writeFileSync(join(folder, "old.env"), "ENABLE_SNS=true\nSNS_TOPIC_ARN=arn:aws:sns:eu-west-1:111122223333:old\n");
  const env = { SNS_TOPIC_ARN: environment.SNS_TOPIC_ARN };
  const { code, stdout, stderr } = await spotkeeper(["import", join(folder, "old.env"), "--environment"], { env });
  expect(code).toBe(0);
  expect(parseConfig(stdout, "made").channels).toMatchObject({ sns: { topicArn: environment.SNS_TOPIC_ARN } });
  expect(stderr).toContain("note: CRITICAL_SERVICES is empty");
});

test.each([
  [[], 2, "SK-CALL-IMPORT"],
  [["/no/such/file"], 2, "SK-INPUT-UNREADABLE"],
])("the command says what is wrong with the call: %j", async (args, code, error) => {
  const result = await spotkeeper(["import", ...args]);
  expect(result).toMatchObject({ code, stdout: "" });
  expect(result.stderr).toContain(error);
});

test("names that nobody knows are listed with their file, without their values", async () => {
  const file = join(folder, "odd.env");
  writeFileSync(file, "ENABLE_EMIAL=hush\nAWS_REGION=eu-west-1\n");
  const { code, stderr } = await spotkeeper(["import", file]);
  expect(code).toBe(0);
  expect(stderr).toContain(`${file}: left out, since nobody knows it here: ENABLE_EMIAL.`);
  expect(stderr).not.toContain("hush");
  const json = { region: 1, awsCredentials: { region_name: "eu-west-1", regoin: "x" } };
  expect(settingsOf(JSON.stringify(json), "old.json").unknown).toEqual(["region", "awsCredentials.regoin"]);
});

test.each([
  '{"a":1}',
  "{",
  '[{"x":1}]',
  '[{"ParameterKey":"VpcId","ParameterValue":"x"}]',
  "hello world",
  "FOO=bar",
  "",
])("%s is told, with its file", (content) => {
  expect(() => settingsOf(content, "old.json")).toThrow(/old\.json cannot be imported/);
});
