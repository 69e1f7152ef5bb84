import { type Setting, setting, type SettingName } from "./settings.ts";

/** Settings below `/spot-interruption`, by the last two parts of a parameter's name. */
const NAMES: { readonly [name: string]: SettingName } = {
  "smtp/host": "SMTP_HOST",
  "smtp/port": "SMTP_PORT",
  "smtp/username": "SMTP_USERNAME",
  "smtp/password": "SMTP_PASSWORD",
  "smtp/from_email": "SMTP_FROM",
  "email/to": "EMAIL_TO",
  "email/cc": "EMAIL_CC",
  "email/email_subject": "EMAIL_SUBJECT",
  "email/subject_prefix": "EMAIL_SUBJECT_PREFIX",
};

/** Returns the settings in Parameter Store. Secrets stay there; the new config refers to them. */
export function fromParameters(
  parameters: readonly { readonly name: string; readonly value: string }[],
): readonly (readonly [SettingName, Setting])[] {
  return parameters.flatMap(({ name, value }) => {
    const last = name.split("/").slice(-2).join("/");
    const known = Object.hasOwn(NAMES, last) ? NAMES[last] : undefined;
    const origin = { from: "Parameter Store", key: name };
    return known === undefined ? [] : [[known, setting(known, value, origin, `\${ssm:${name}}`)] as const];
  });
}
