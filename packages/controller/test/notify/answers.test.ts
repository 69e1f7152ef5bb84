import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { type ChannelReport, testChannels } from "../../src/entry/test-channels.ts";
import type { ChannelType } from "../../src/notify/channels/index.ts";
import { firstWords } from "../../src/notify/channels/support/unexpected.ts";
import { type Receiver, startReceiver } from "./support/receiver.ts";

type OverHttp = Exclude<ChannelType, "console" | "email" | "eventbridge" | "sns">;
type Reply = readonly [status: number, body: string, headers?: { readonly [name: string]: string }];

/** The secret parts of urls, keys and passwords; one of letters alone, since those look like words. */
const SECRETS = ["Zq7hTq2LkP", "Correcthorse"];
const PATH = `/services/T0/${SECRETS.join("/")}`;
/** As a proxy or captive portal shows it: it repeats what it was asked for. */
const PAGE = `<!DOCTYPE html>\n<html><head><title>Sign in to Example Corp ${SECRETS.join(" ")}</title>
<script>var token = "${SECRETS[0]}";</script></head><body><form>POST ${PATH}</form></body></html>`;
const HTML = { "content-type": "text/html; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json" };

interface Case {
  readonly options: (url: string) => object;
  /** What the service answers when it has accepted a message. Null: several requests, see the channel's own test. */
  readonly accepted: readonly Reply[] | null;
  /** Answers with a status 2xx that are not the one of the service. */
  readonly others: readonly Reply[];
}

const hook = (url: string): object => ({ url: url + PATH });
const SOMEBODY: Reply = [200, '{"status":"alive"}', JSON_TYPE];

/** What each service answers, by its documentation and by reports in public trackers; each channel names its source. */
const cases: { readonly [T in OverHttp]: Case } = {
  discord: {
    options: hook,
    accepted: [
      [200, '{"id":"1198000000000000010","type":0}', JSON_TYPE],
      [204, ""],
    ],
    others: [SOMEBODY, [200, ""], [200, "ok"]],
  },
  "google-chat": {
    options: hook,
    accepted: [[200, '{"name":"spaces/AAAA/messages/1","thread":{"name":"spaces/AAAA/threads/1"}}', JSON_TYPE]],
    others: [SOMEBODY, [200, '{"name":"somebody"}', JSON_TYPE], [204, ""]],
  },
  jira: {
    options: (url) => ({
      ...{ url, email: "bot@example.com", token: "${env:KEY}", project: "OPS", issueType: "Task" },
    }),
    accepted: null,
    others: [SOMEBODY, [200, ""]],
  },
  "jsm-ops": {
    options: (url) => ({ url, apiKey: "${env:KEY}" }),
    accepted: [[202, '{"result":"Request will be processed","took":0.1,"requestId":"43a29c5c"}', JSON_TYPE]],
    others: [SOMEBODY, [202, ""]],
  },
  opsgenie: {
    options: (url) => ({ url, apiKey: "${env:KEY}" }),
    accepted: [[202, '{"result":"Request will be processed","took":0.1,"requestId":"43a29c5c"}', JSON_TYPE]],
    others: [SOMEBODY, [202, ""]],
  },
  pagerduty: {
    options: (url) => ({ url, routingKey: "${env:KEY}" }),
    accepted: [[202, '{"status":"success","message":"Event processed","dedup_key":"a"}', JSON_TYPE]],
    others: [SOMEBODY, [202, ""], [200, '{"status":"invalid event"}', JSON_TYPE]],
  },
  servicenow: {
    options: (url) => ({ url, username: "bot", password: "${env:KEY}", closeCode: "Solved" }),
    accepted: null,
    others: [SOMEBODY, [200, ""]],
  },
  slack: {
    options: hook,
    accepted: [
      [200, "ok", HTML],
      [200, '{"ok":true}', JSON_TYPE],
      [200, '{"success":true}', JSON_TYPE],
    ],
    others: [SOMEBODY, [200, ""], [200, "no_service", HTML], [200, '{"ok":false,"error":"x"}', JSON_TYPE]],
  },
  teams: {
    options: hook,
    accepted: [
      [202, ""],
      [200, "1"],
      [200, "posted", { "x-ms-workflow-run-id": "0858" }],
    ],
    others: [
      SOMEBODY,
      [200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"],
    ],
  },
  webhook: {
    options: hook,
    accepted: [[200, "OK", HTML], [204, ""], [201, "{}", JSON_TYPE], SOMEBODY],
    others: [],
  },
};

const named = (replies: readonly Reply[]): (readonly [string, Reply])[] =>
  replies.map((reply) => [`${reply[0]} ${reply[1]}`, reply]);

describe.each(Object.entries(cases))("what %s answers", (type, { options, accepted, others }) => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  async function tryOut([status, body, headers = {}]: Reply): Promise<ChannelReport> {
    receiver.reply(status, headers, body);
    const channel = { type, ...options(receiver.url), allow: ["127.0.0.1"] };
    const config = parseConfig(JSON.stringify({ channels: { people: channel } }), "spotkeeper.yaml");
    const env = { KEY: SECRETS.join("-") };
    const [report] = await testChannels({ config, env, output: { write: () => {} }, color: false, names: [] });
    if (report === undefined) throw new Error("nothing was tried");
    return report;
  }

  test.each(named(accepted ?? []))("%s is sent", async (_, reply) => {
    expect(await tryOut(reply)).toMatchObject({ ok: true, sends: [{ ok: true }, { ok: true }] });
  });

  test.each(named(others))("%s is not sent, and says what to check", async (_, reply) => {
    const { ok, sends } = await tryOut(reply);
    expect(ok).toBe(false);
    expect(sends[0]?.reason).toMatch(/^answered 20\d .*(check its url|make a new webhook)/);
  });

  test.each([200, 201, 202])("a login page with status %i is not sent, and named without secrets", async (status) => {
    const { ok, sends } = await tryOut([status, PAGE, HTML]);
    expect(ok).toBe(false);
    const reason = sends[0]?.reason ?? "";
    expect(reason).toContain(`answered ${status} with a page of type text/html (“Sign in to Example Corp`);
    expect(reason).toContain("check its url, and whether a proxy or a login page answers in its place");
    for (const secret of SECRETS) expect(reason).not.toContain(secret);
  });

  test.each([403, 407, 503])("a page with status %i is said to be of somebody before the service", async (status) => {
    const { ok, sends } = await tryOut([status, PAGE, HTML]);
    expect(ok).toBe(false);
    const reason = sends[0]?.reason ?? "";
    expect(reason).toContain(`answered ${status} with a page (“Sign in to Example Corp`);
    expect(reason).toContain(status === 407 ? "write them in HTTPS_PROXY" : "perhaps of a proxy or gateway before it");
    for (const secret of SECRETS) expect(reason).not.toContain(secret);
  });
});

test.each([
  ["<html><body><h1>Service Unavailable</h1>\n<p>maintenance</p>", "Service Unavailable maintenance"],
  ["<html><head><title> </title></head><body>Log in", "Log in"],
  ['{"error":"invalid_grant","hint":"Bearer xoxb-1234"}', "error hint Bearer"],
  ["AKIAIOSFODNN7EXAMPLE dGhpc2lzYXNlY3JldA== https://x/y", ""],
  ["a ".repeat(50), "a a a a a a a a"],
])("of %j the first words are %j", (text, words) => {
  expect(firstWords(text)).toBe(words);
});

const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>';
const AMZ_JSON = { "content-type": "application/x-amz-json-1.1" };
const SNS = { type: "sns", topicArn: "arn:aws:sns:eu-west-1:111122223333:alerts" };
const BUS = { type: "eventbridge", eventBusArn: "arn:aws:events:eu-west-1:111122223333:event-bus/alerts" };

describe("what AWS answers", () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRETS[0]);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await receiver.close();
  });

  test.each<[object, Reply, boolean]>([
    [SNS, [200, PUBLISHED, { "content-type": "text/xml" }], true],
    [SNS, [200, PAGE, HTML], false],
    [SNS, [200, ""], false],
    [BUS, [200, '{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}', AMZ_JSON], true],
    [
      BUS,
      [200, '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"x"}]}', AMZ_JSON],
      false,
    ],
    [BUS, [200, '{"FailedEntryCount":1,"Entries":[]}', AMZ_JSON], false],
    [BUS, [200, PAGE, HTML], false],
    [BUS, [200, "{}", AMZ_JSON], false],
  ])("%j, answered with %j: sent is %s", async (channel, [status, body, headers = {}], sent) => {
    receiver.reply(status, headers, body);
    const text = JSON.stringify({ aws: { endpoint: receiver.url }, channels: { people: channel } });
    const config = parseConfig(text, "spotkeeper.yaml");
    const [report] = await testChannels({ config, env: {}, output: { write: () => {} }, color: false, names: [] });
    expect(report?.ok).toBe(sent);
    for (const secret of SECRETS) expect(JSON.stringify(report)).not.toContain(secret);
    if (!sent) expect(report?.sends[0]?.reason).toMatch(/^(sns:Publish|events:PutEvents) /);
  });
});
