import { AwsFailure } from "../../../src/aws/failure.ts";
import type { ChannelDeps } from "../../../src/notify/channels/channel.ts";
import type { ChannelType } from "../../../src/notify/channels/index.ts";
import type { Answer } from "../channel-contract.ts";
import { type Received, type Reply, startReceiver } from "./receiver.ts";
import { startSmtp } from "./smtp.ts";

/** Stands in every secret of every channel: text that holds it has leaked. */
export const SENTINEL = "s3nt1nel";

/** A channel with secrets, and an other side that repeats all it was told, in each way in which it can fail. */
export interface Secretive {
  /** As in the config; secrets by reference. */
  readonly options: { readonly type: ChannelType };
  /** What the references stand for. */
  readonly secrets: { readonly [reference: string]: string };
  readonly deps?: Partial<ChannelDeps>;
  answer(how: Answer): void;
  close(): Promise<void>;
}

const secretOf = (name: string): string => `${SENTINEL}-${name}`;

const STATUS: { readonly [A in Exclude<Answer, "slow" | "reset">]: number } = {
  ok: 200,
  busy: 429,
  broken: 500,
  denied: 401,
  gone: 404,
};

/** Success and failure in the words of any service, and everywhere in them what should not be told. */
function repeated({ method, path, headers, body }: Received, how: Exclude<Answer, "slow" | "reset">): Reply {
  const all = `${method} ${path} ${JSON.stringify(headers)} ${body}`;
  const fields = ["error", "message", "channel", "ts", "id", "name", "key", "status", "dedup_key", "requestId"];
  const answer = { ok: how === "ok", ...Object.fromEntries(fields.map((field) => [field, secretOf(field)])), all };
  return {
    status: STATUS[how],
    headers: { "retry-after": "7", location: `https://${SENTINEL}.example.com/`, "x-echo": SENTINEL },
    body: JSON.stringify(answer),
  };
}

/** @param configured what the config says, with `url` where the listener stands */
async function overHttp(configured: (url: string) => Pick<Secretive, "options" | "secrets">): Promise<Secretive> {
  const receiver = await startReceiver(repeated);
  return { ...configured(receiver.url), answer: (how) => receiver.answer(how), close: () => receiver.close() };
}

const REF = "${env:SECRET_URL}";
const allow = ["127.0.0.1"];

/** A webhook whose whole URL is the secret. */
const hook = (type: ChannelType, path: string) => (): Promise<Secretive> =>
  overHttp((url) => ({ options: { type, url: REF, allow } as Secretive["options"], secrets: { [REF]: url + path } }));

/** A service whose address is known, and that knows us by a secret in its option `name`. */
const overToken =
  (type: ChannelType, name: string, more: object = {}) =>
  (): Promise<Secretive> =>
    overHttp((url) => ({
      options: { type, ...{ url, [name]: "${env:TOKEN}", allow, ...more } },
      secrets: { "${env:TOKEN}": secretOf(name) },
    }));

/** AWS knows us by its own credentials; what it says of a failure may still repeat a request. */
function overAws(
  options: Secretive["options"],
  operation: (call: () => Promise<never>) => Partial<ChannelDeps>,
): Secretive {
  let how: Answer = "ok";
  const call = (): Promise<never> => {
    if (how === "slow") return new Promise<never>(() => {});
    if (how === "reset") return Promise.reject(new TypeError(`fetch failed: ${secretOf("header")}`));
    const fields = { service: "any", operation: "Any", awsCode: "Code", requestId: null, retryAt: null };
    const denied = how === "denied";
    const failure = { kind: denied ? "denied" : "throttled", retryable: !denied && how !== "gone", ...fields } as const;
    return Promise.reject(new AwsFailure(failure, `Authorization: ${secretOf("signature")}`));
  };
  return {
    options,
    secrets: {},
    deps: operation(call),
    answer: (next) => (how = next),
    close: () => Promise.resolve(),
  };
}

async function overSmtp(): Promise<Secretive> {
  const password = secretOf("password");
  const smtp = await startSmtp({ user: "mailer", password, plain: true });
  const options = {
    type: "email",
    host: "127.0.0.1",
    port: smtp.port,
    security: "none",
    username: "mailer",
    password: "${env:SMTP}",
    from: "spot@example.com",
    to: ["oncall@example.com"],
  } as const;
  return {
    options,
    secrets: { "${env:SMTP}": password },
    answer: (how) => smtp.answer(how),
    close: () => smtp.close(),
  };
}

/** For each type of channel; one without is no channel. */
export const secretive: { readonly [T in ChannelType]: readonly (() => Secretive | Promise<Secretive>)[] } = {
  console: [
    () => ({
      options: { type: "console" },
      secrets: {},
      deps: {
        output: {
          write() {
            throw new Error(`EPIPE ${secretOf("pipe")}`);
          },
        },
      },
      answer: () => {},
      close: () => Promise.resolve(),
    }),
  ],
  discord: [hook("discord", `/api/webhooks/2237/${secretOf("token")}`)],
  email: [overSmtp],
  eventbridge: [
    () =>
      overAws(
        {
          type: "eventbridge",
          ...{ eventBusArn: "arn:aws:events:eu-west-1:111122223333:event-bus/alerts" },
        },
        (put) => ({ eventBridge: { put } }),
      ),
  ],
  "google-chat": [hook("google-chat", `/v1/spaces/A/messages?key=${secretOf("key")}&token=${secretOf("token")}`)],
  jira: [
    overToken("jira", "token", { email: "bot@example.com", project: "OPS", issueType: "Task", transition: "Done" }),
  ],
  "jsm-ops": [overToken("jsm-ops", "apiKey")],
  opsgenie: [overToken("opsgenie", "apiKey")],
  pagerduty: [overToken("pagerduty", "routingKey", { acknowledge: true })],
  servicenow: [overToken("servicenow", "password", { username: "bot", closeCode: "Solution provided" })],
  slack: [
    hook("slack", `/services/T0/B0/${secretOf("path")}`),
    () =>
      overHttp((url) => ({
        options: { type: "slack", ...{ token: "${env:TOKEN}", channel: "#alerts", api: url, allow } },
        secrets: { "${env:TOKEN}": secretOf("token") },
      })),
  ],
  sns: [
    () =>
      overAws({ type: "sns", ...{ topicArn: "arn:aws:sns:eu-west-1:111122223333:alerts" } }, (publish) => ({
        sns: { publish, maximumMessageSize: publish },
      })),
  ],
  teams: [hook("teams", `/workflows/1/triggers/manual/paths/invoke?sig=${secretOf("signature")}`)],
  webhook: [
    () =>
      overHttp((url) => ({
        options: { type: "webhook", ...{ url: REF, secret: "${env:KEY}", allow } },
        secrets: { [REF]: `${url}/${secretOf("path")}`, "${env:KEY}": secretOf("key") },
      })),
  ],
};
