import { z } from "zod";
import { type Found, type Read, wrong } from "./read.ts";
import { setting, type SettingName } from "./settings.ts";

/** `input.json`, the config of the scripts that Spotkeeper replaces: its keys, by section. */
const SECTIONS: { readonly [section: string]: { readonly [key: string]: SettingName } } = {
  awsCredentials: {
    region_name: "AWS_REGION",
    profile_name: "AWS_PROFILE",
    role_arn: "AWS_ROLE_ARN",
    access_key: "AWS_ACCESS_KEY_ID",
    secret_key: "AWS_SECRET_ACCESS_KEY",
  },
  smtpCredentials: {
    host: "SMTP_HOST",
    port: "SMTP_PORT",
    username: "SMTP_USERNAME",
    password: "SMTP_PASSWORD",
    from_email: "SMTP_FROM",
  },
  emailNotification: {
    email_subject: "EMAIL_SUBJECT",
    subject_prefix: "EMAIL_SUBJECT_PREFIX",
    to: "EMAIL_TO",
    cc: "EMAIL_CC",
  },
};

const word = z.union([z.string(), z.number()]).transform(String);
const words = z.array(word).transform((all) => all.join(","));
const keyed = z.record(z.string(), z.unknown());

/** Returns the settings of an `input.json`; a value of another type is named in `notes`. Throws SK-INPUT-IMPORT. */
export function fromInputJson(json: unknown, file: string): Read {
  const sections = keyed.parse(json);
  const found: Found[number][] = [];
  const notes: string[] = [];
  const unknown = Object.keys(sections).filter((key) => !Object.hasOwn(SECTIONS, key));
  for (const [section, names] of Object.entries(SECTIONS)) {
    const values = keyed.safeParse(sections[section] ?? {});
    if (!values.success) notes.push(`${file}: ${section}: has no keys with values; left out.`);
    for (const [key, value] of Object.entries(values.data ?? {})) {
      const path = `${section}.${key}`;
      const name = Object.hasOwn(names, key) ? names[key] : undefined;
      const isList = name === "EMAIL_TO" || name === "EMAIL_CC";
      const read = (isList ? z.union([word, words]) : word).safeParse(value);
      if (name === undefined) unknown.push(path);
      else if (value === null || value === "") continue;
      else if (!read.success) notes.push(`${file}: ${path}: wants text${isList ? ", or a list of it" : ""}; left out.`);
      else found.push([name, setting(name, read.data, { from: file, key: path }, `\${env:${name}}`)]);
    }
  }
  if (found.length === 0 && notes.length === 0) throw wrong(file, `it has none of ${Object.keys(SECTIONS).join(", ")}`);
  // input.json has no switch for mail: if it names a server and recipients, mail was on.
  const mails = found.some(([name]) => name === "SMTP_HOST") && found.some(([name]) => name === "EMAIL_TO");
  const on = setting("ENABLE_EMAIL", "true", { from: file, key: "smtpCredentials" }, "");
  return { found: mails ? [...found, ["ENABLE_EMAIL", on]] : found, unknown, notes };
}
