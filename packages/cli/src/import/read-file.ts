import { parseEnv } from "node:util";
import { z } from "zod";
import { fromInputJson } from "./input-json.ts";
import { type Found, type Read, wrong } from "./read.ts";
import { isKnown, setting, type SettingName } from "./settings.ts";

/** A parameter of a stack, in the form of `aws cloudformation describe-stacks` and `create-stack --parameters`. */
const stackParameter = z.looseObject({ ParameterKey: z.string(), ParameterValue: z.string().optional() });

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
      ? [[name, setting(name, value, { from, key: name }, `\${env:${name}}`)] as const]
      : [],
  );
}

function fromVariables(content: string, file: string): Read {
  const env = parseEnv(content);
  const unknown = Object.keys(env).filter((name) => !isKnown(name));
  if (unknown.length === Object.keys(env).length)
    throw wrong(file, "none of its lines sets a variable that is known, such as ENABLE_SNS=true");
  return { found: fromEnvironment(env, file), unknown, notes: [] };
}

function fromStack(json: readonly unknown[], file: string): Read {
  const all = json.map((one) => stackParameter.safeParse(one));
  const read = all.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const keys = read.map(({ ParameterKey }) => ParameterKey);
  const unknown = keys.filter((key) => !Object.hasOwn(STACK, key));
  if (unknown.length === keys.length) throw wrong(file, `it has none of ${Object.keys(STACK).join(", ")}`);
  const found = read.flatMap(({ ParameterKey: key, ParameterValue = "" }) => {
    const name = Object.hasOwn(STACK, key) ? STACK[key] : undefined;
    if (name === undefined || ParameterValue === "") return [];
    return [[name, setting(name, ParameterValue, { from: file, key }, `\${env:${name}}`)] as const];
  });
  const notes = all.flatMap(({ success }, place) =>
    success ? [] : [`${file}: [${place}]: wants a ParameterKey and a ParameterValue; left out.`],
  );
  return { found, unknown, notes };
}
