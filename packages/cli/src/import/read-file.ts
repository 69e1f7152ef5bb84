import { parseEnv } from "node:util";
import { SpotkeeperError } from "@spotkeeper/controller";
import { z } from "zod";
import { isKnown, type Setting, setting, type SettingName } from "./settings.ts";

type Found = readonly (readonly [SettingName, Setting])[];

export interface Read {
  readonly found: Found;
  /** Names in the file that are not known: a typing error, or a setting that Spotkeeper does not need. */
  readonly unknown: readonly string[];
}

const text = z.union([z.string(), z.number()]).transform(String).nullish();
const texts = z
  .union([z.array(z.string()), z.string()])
  .transform((all) => (typeof all === "string" ? all : all.join(",")));

/** `input.json`, the config of the scripts that Spotkeeper replaces. */
const sections = {
  awsCredentials: z.looseObject({
    region_name: text,
    profile_name: text,
    role_arn: text,
    access_key: text,
    secret_key: text,
  }),
  smtpCredentials: z.looseObject({ host: text, port: text, username: text, password: text, from_email: text }),
  emailNotification: z.looseObject({
    email_subject: text,
    subject_prefix: text,
    to: texts.nullish(),
    cc: texts.nullish(),
  }),
};
const inputJson = z.looseObject({
  awsCredentials: sections.awsCredentials.nullish(),
  smtpCredentials: sections.smtpCredentials.nullish(),
  emailNotification: sections.emailNotification.nullish(),
});

/** Parameters of a stack, in the form of `aws cloudformation describe-stacks` and `create-stack --parameters`. */
const stackParameters = z.array(z.looseObject({ ParameterKey: z.string(), ParameterValue: z.string().optional() }));

const STACK: { readonly [parameter: string]: SettingName } = {
  SNSTopicArn: "SNS_TOPIC_ARN",
  GoogleChatWebhook: "GOOGLE_CHAT_WEBHOOK",
  EnableSNS: "ENABLE_SNS",
  EnableEmail: "ENABLE_EMAIL",
  EnableChat: "ENABLE_CHAT",
};

/**
 * Returns the settings of a file: `input.json`, a stack's parameters, or variables (`.env`). Throws SK-INPUT-IMPORT.
 */
export function settingsOf(content: string, file: string): Read {
  const trimmed = content.trim();
  if (!/^[[{]/.test(trimmed)) return fromVariables(trimmed, file);
  let json: unknown;
  try {
    json = JSON.parse(trimmed);
  } catch (cause) {
    throw wrong(file, "it begins like JSON and is none", cause);
  }
  return Array.isArray(json) ? fromStack(json, file) : fromInputJson(json, file);
}

/** Returns the known variables of an environment; the others are ignored. */
export function fromEnvironment(env: { readonly [name: string]: string | undefined }, from: string): Found {
  // Keys with a session token belong to a role and expire by themselves.
  const ofRole = (env["AWS_SESSION_TOKEN"] ?? "") !== "";
  return Object.entries(env).flatMap(([name, value]) =>
    isKnown(name) && value !== undefined && value !== "" && !(ofRole && name.startsWith("AWS_"))
      ? [[name, setting(name, value, from, `\${env:${name}}`)] as const]
      : [],
  );
}

function fromVariables(content: string, file: string): Read {
  const env = parseEnv(content);
  const unknown = Object.keys(env).filter((name) => !isKnown(name));
  if (unknown.length === Object.keys(env).length)
    throw wrong(file, "none of its lines sets a variable that is known, such as ENABLE_SNS=true");
  return { found: fromEnvironment(env, file), unknown };
}

function fromStack(json: unknown, file: string): Read {
  const read = stackParameters.safeParse(json);
  if (!read.success) throw wrong(file, `as a stack's parameters it wants ParameterKey and ParameterValue in each`);
  const keys = read.data.map(({ ParameterKey }) => ParameterKey);
  const unknown = keys.filter((key) => !Object.hasOwn(STACK, key));
  if (unknown.length === keys.length) throw wrong(file, `it has none of ${Object.keys(STACK).join(", ")}`);
  const found = read.data.flatMap(({ ParameterKey, ParameterValue = "" }) => {
    const name = Object.hasOwn(STACK, ParameterKey) ? STACK[ParameterKey] : undefined;
    if (name === undefined || ParameterValue === "") return [];
    return [[name, setting(name, ParameterValue, file, `\${env:${name}}`)] as const];
  });
  return { found, unknown };
}

/** Returns unknown keys, each with its section. */
function unknownIn(json: z.infer<typeof inputJson>): string[] {
  const known = (keys: object, all: object): string[] => Object.keys(all).filter((key) => !Object.hasOwn(keys, key));
  const within = Object.entries(sections).flatMap(([section, { shape }]) =>
    known(shape, json[section as keyof typeof sections] ?? {}).map((key) => `${section}.${key}`),
  );
  return [...known(sections, json), ...within];
}

function fromInputJson(json: unknown, file: string): Read {
  const read = inputJson.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw wrong(file, `${issue?.path.join(".") ?? "it"} is not of the form that input.json has`);
  }
  const { awsCredentials: aws, smtpCredentials: smtp, emailNotification: mail } = read.data;
  const all: readonly (readonly [SettingName, string | null | undefined])[] = [
    ["AWS_REGION", aws?.region_name],
    ["AWS_PROFILE", aws?.profile_name],
    ["AWS_ROLE_ARN", aws?.role_arn],
    ["AWS_ACCESS_KEY_ID", aws?.access_key],
    ["AWS_SECRET_ACCESS_KEY", aws?.secret_key],
    ["SMTP_HOST", smtp?.host],
    ["SMTP_PORT", smtp?.port],
    ["SMTP_USERNAME", smtp?.username],
    ["SMTP_PASSWORD", smtp?.password],
    ["SMTP_FROM", smtp?.from_email],
    ["EMAIL_SUBJECT", mail?.email_subject],
    ["EMAIL_SUBJECT_PREFIX", mail?.subject_prefix],
    ["EMAIL_TO", mail?.to],
    ["EMAIL_CC", mail?.cc],
  ];
  const found = all.flatMap(([name, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [[name, setting(name, value, file, `\${env:${name}}`)] as const],
  );
  if (found.length === 0) throw wrong(file, "it has none of awsCredentials, smtpCredentials, emailNotification");
  // input.json has no switch for mail: if it names a server and recipients, mail was on.
  const mails = found.some(([name]) => name === "SMTP_HOST") && found.some(([name]) => name === "EMAIL_TO");
  const on = ["ENABLE_EMAIL", { value: "true", reference: null, from: file }] as const;
  return { found: mails ? [...found, on] : found, unknown: unknownIn(read.data) };
}

const wrong = (file: string, why: string, cause?: unknown): SpotkeeperError =>
  new SpotkeeperError(
    "SK-INPUT-IMPORT",
    `${file} cannot be imported: ${why}. Give an input.json, a file of variables, or a stack's parameters.`,
    { cause },
  );
