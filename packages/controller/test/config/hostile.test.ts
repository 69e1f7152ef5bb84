import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { SpotkeeperError } from "../../src/errors.ts";
import { inventories } from "../../src/inventory/drivers/index.ts";
import { channels } from "../../src/notify/channels/index.ts";
import { archives } from "../../src/record/archive/index.ts";
import { ledgers } from "../../src/record/ledger/index.ts";
import { referenceForms } from "../../src/secrets/reference.ts";

const namesIn = (registry: object): string => Object.keys(registry).join(", ");
const TYPES = namesIn(channels);
const FORMS = `${referenceForms.slice(0, -1).join(", ")} or ${referenceForms.at(-1)}`;

function errorOf(text: string): { code: string; message: string } {
  try {
    parseConfig(text, "s.yaml");
  } catch (error) {
    if (error instanceof SpotkeeperError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error(`valid: ${text}`);
}

/** Each with the whole message: the line, the key, what it got and what it wants are all promised. */
test.each([
  ["polcy: {}", "1: polcy: is no known key; did you mean policy?"],
  ["log: {}\nvoyages: {}", /^s\.yaml:2: voyages: is no known key; the known ones are aws, /],
  [
    "channels: {slack: {type: console}}\nroutes:\n  - name: a\n    channels: [slak]",
    '4: routes[0].channels[0]: got "slak", wants the name of a configured channel; did you mean slack?',
  ],
  [
    "routes: [{name: a, channels: [pager]}]",
    /channels\[0\]: got "pager", wants the name of a configured channel; those are console$/,
  ],
  [
    "suppress: {maintenance: [{name: n, from: '22:00', to: '6:00'}]}",
    /maintenance\[0\]\.to: got "6:00", wants a time of day, such as 22:00/,
  ],
  ["suppress: {maintenance: [{name: n, from: '22:00', to: '22:00'}]}", /to: got "22:00", wants another time than from/],
  [
    "suppress: {maintenance: [{name: n, from: '22:00', to: '23:00', timeZone: Europe/Berln}]}",
    /timeZone: got "Europe\/Berln", wants the name of a time zone.*did you mean Europe\/Berlin\?/,
  ],
  ["suppress: {sufficientCapacity: -1}", /sufficientCapacity: got the number -1, wants a number from 0/],
  ["routes: [{name: a, channels: []}]", /channels: got a list of 0, wants a list of names of channels, at least 1/],
  ["routes: [{name: 1a, channels: [console]}]", /routes\[0\]\.name: got "1a", wants a name of small letters/],
  [
    "routes: [{name: a, channels: [console], groupBy: [colour]}]",
    /groupBy\[0\]: got "colour", wants one of: account, /,
  ],
  [
    "routes:\n  - {name: a, channels: [console]}\n  - {name: a, channels: [console]}",
    "1: routes: got a list of 2, wants routes whose names differ",
  ],
  ["zzzzzzzz: 1", /^s\.yaml:1: zzzzzzzz: is no known key; the known ones are aws, sources, policy, channels, /],
  ["- a", "1: the config: got a list of 1, wants keys with values"],
  ["just text", '1: the config: got "just text", wants keys with values'],
  ["sources:", "1: sources: got nothing (null), wants keys with values"],
  [
    "sources:\n  sqs:\n    - concurrency: 3",
    /^s\.yaml:3: sources\.sqs\[0\]\.queueUrl: is missing, wants the URL of an SQS queue/,
  ],
  [
    "sources: {sqs: {queueUrl: x}}",
    "1: sources.sqs: got keys with values, wants a list of queues, each with a queueUrl, at most 20",
  ],
  [
    "sources:\n  sqs:\n    - queue-url: x\n      queueUrl: https://q",
    "3: sources.sqs[0].queue-url: is no known key; did you mean queueUrl?",
  ],
  ["sources: {sqs: [{queueUrl: 'ftp://q'}]}", /queueUrl: got ftp:\/\/q\/…, wants the URL/],
  [
    "sources: {sqs: [{queueUrl: 'https://user:hush@sqs.eu-west-1.amazonaws.com/111122223333/spot'}]}",
    "1: sources.sqs[0].queueUrl: got https://sqs.eu-west-1.amazonaws.com/…, wants the URL of an SQS queue, without a user name or password in it",
  ],
  [
    "sources: {sqs: [{queueUrl: 'https://q', deadLetterQueueUrl: 'https://AKIAEXAMPLE@q'}]}",
    /deadLetterQueueUrl: got https:\/\/q\/…, wants the URL of an SQS queue, without a user name/,
  ],
  ["aws: {endpoint: 'http://:hush@localhost'}", /endpoint: got http:\/\/localhost\/…, .* without a user name/],
  [
    "sources: {sqs: [{queueUrl: 'https://q'}, {queueUrl: 'https://q'}]}",
    "1: sources.sqs: got a list of 2, wants each queue once",
  ],
  [
    "sources: {sqs: [{queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q', deadLetterQueueUrl: 'https://eu-west-1.queue.amazonaws.com/111122223333/q'}]}",
    /sources\.sqs: got a list of 1, wants dead-letter queues that do not lead back/,
  ],
  [
    "sources: {sqs: [{queueUrl: 'https://q/1/a', deadLetterQueueUrl: 'https://q/1/b'}, {queueUrl: 'https://q/1/b', deadLetterQueueUrl: 'https://q/1/a'}]}",
    /sources\.sqs: got a list of 2, wants dead-letter queues that do not lead back/,
  ],
  ["sources: {http: {}}", /sources\.http\.token: is missing, wants a reference: \$\{env:NAME\}/],
  ["policy: {dryRun: 'yes'}", '1: policy.dryRun: got "yes", wants true or false'],
  [
    "policy:\n  defaults:\n    margin: 10",
    "3: policy.defaults.margin: got the number 10, wants a duration from 0s to 110s, such as 90s, 1h30m or 500ms",
  ],
  [
    "policy: {defaults: {margin: 3m}}",
    '1: policy.defaults.margin: got "3m", wants a duration from 0s to 110s, such as 90s, 1h30m or 500ms',
  ],
  ["policy: {defaults: {margin: 1.5s}}", /margin: got "1\.5s", wants a duration/],
  ["policy: {defaults: {margin: -5s}}", /margin: got "-5s", wants a duration/],
  [
    "policy: {defaults: {replaceCap: 2}}",
    "1: policy.defaults.replaceCap: got the number 2, wants a number from 0 to 1",
  ],
  ["policy: {defaults: {replaceCap: .nan}}", /replaceCap: got the number NaN, wants a number/],
  [
    "policy: {defaults: {replace: always}}",
    '1: policy.defaults.replace: got "always", wants one of: never, detach, raise',
  ],
  [
    "policy:\n  rules:\n    - name: a\n      do: {}\n    - name: a\n      do: {}",
    "2: policy.rules: got a list of 2, wants rules whose names differ",
  ],
  [
    "policy: {rules: [{name: a, match: {account: 111122223333}, do: {}}]}",
    /match\.account: got the number 111122223333, wants a pattern.*put numbers in quotes/,
  ],
  [
    "policy: {rules: [{name: a, match: {tag: {team: [1]}}, do: {}}]}",
    /match\.tag\.team\[0\]: got the number 1, wants a pattern/,
  ],
  ["policy: {rules: [{name: a, when: {}, do: {}}]}", /rules\[0\]\.when: is no known key/],
  [
    "policy: {defaults: {drainHook: {port: 80, path: drain}}}",
    /drainHook\.path: got "drain", wants a path that begins with \//,
  ],
  [
    "policy: {defaults: {drainHook: {port: 80, path: /, networks: [10.0.0.0/33]}}}",
    /drainHook\.networks\[0\]: got "10\.0\.0\.0\/33", wants an address or a range/,
  ],
  ["policy: {defaults: {ssm: {}}}", /defaults\.ssm: .*a document, or a parameterPath/],
  ["policy: {defaults: {ssm: {document: 'a b'}}}", /ssm\.document: got "a b", wants the name or ARN of a document/],
  ["policy: {defaults: {ssm: {parameterPath: 'drain'}}}", /parameterPath: got "drain", wants the path of a parameter/],
  ["policy: {defaults: {ssm: {parameterPath: '/x/{name}'}}}", /parameterPath: got .*wants the path of a parameter/],
  ["policy: {defaults: {ssm: {document: abc, parameters: {a: 1}}}}", /parameters\.a: got .*wants a text, or a list/],
  ["policy: {defaults: {drainHook: {port: 80, path: /, networks: []}}}", /drainHook\.networks: got .*at least 1/],
  ["aws: {regions: [eu]}", '1: aws.regions[0]: got "eu", wants a region, such as eu-west-1'],
  [
    "aws: {accounts: [{roleArn: 'arn:aws:iam::1:role/x'}]}",
    /roleArn: got "arn:aws:iam::1:role\/x", wants the ARN of a role/,
  ],
  ["show: {listen: 8787}", "1: show.listen: got the number 8787, wants an address and a port, such as 127.0.0.1:8787"],
  ["show: {listen: '127.0.0.1:65536'}", /listen: got "127\.0\.0\.1:65536", wants an address/],
  ["show: {listen: '0.0.0.0:8787'}", /listen: got "0\.0\.0\.0:8787", wants a loopback address, or show\.auth\.tokens/],
  ["show: {listen: '127.0.0.1.evil.test:80'}", /wants a loopback address/],
  ["ledger: {driver: redis}", `1: ledger.driver: got "redis", wants one of: ${namesIn(ledgers)}`],
  ["archive: {driver: redis}", `1: archive.driver: got "redis", wants one of: ${namesIn(archives)}`],
  ["inventory: {driver: redis}", `1: inventory.driver: got "redis", wants one of: ${namesIn(inventories)}`],
  ["ledger: {files: x.db}", "1: ledger.files: is no known key; did you mean file?"],
  ["archive: {synchronous: FULL}", "1: archive.synchronous: is no known key; the known ones are driver, file"],
  ["inventory:\n  file: 3", /^s\.yaml:2: inventory\.file: got the number 3, wants a path/],
  ["secrets: {ssm: {regions: x}}", "1: secrets.ssm.regions: is no known key; did you mean region?"],
  ["secrets: {env: {name: x}}", "1: secrets.env.name: is no known key; none belongs here"],
  ["secrets: {ssn: {}}", "1: secrets.ssn: is no known key; did you mean ssm?"],
  [
    "show: {auth: {tokens: ['${nowhere:x}']}}",
    `1: show.auth.tokens[0]: got \${nowhere:x}, wants one of the known references: ${FORMS}`,
  ],
  [
    "sources: {http: {token: '${nowhere:x}'}}",
    /sources\.http\.token: got \$\{nowhere:x\}, wants one of the known references/,
  ],
  [
    "policy: {defaults: {drainHook: {port: 80, path: /, token: '${nowhere:x}'}}}",
    /drainHook\.token: got \$\{nowhere:x\}, wants one of the known references/,
  ],
  ["ledger: {driver: dynamodb}", /ledger\.table: is missing, wants the name of a table/],
  ["ledger: {driver: dynamodb, table: t, file: x.db}", /ledger\.file/],
  ["ledger: {synchronous: OFF}", '1: ledger.synchronous: got "OFF", wants one of: FULL, NORMAL'],
  ["log: {level: loud}", '1: log.level: got "loud", wants one of: debug, info, warn, error, silent'],
  ["channels: {ops: {type: sms}}", `1: channels.ops.type: got "sms", wants one of: ${TYPES}; did you mean sns?`],
  ["channels: {ops: {}}", `1: channels.ops.type: is missing, wants one of: ${TYPES}`],
  ["channels: {Ops: {type: console}}", /channels\.Ops: wants a name of small letters/],
  ["channels: {a: {type: sns, topic: x}}", /channels\.a\.topic: is no known key; did you mean topicArn\?/],
  [
    "channels:\n  a: {type: webhook, url: '${nowhere:/x}'}",
    `2: channels.a.url: got \${nowhere:/x}, wants one of the known references: ${FORMS}`,
  ],
  [
    "channels: {a: {type: webhook, url: nonsense}}",
    "1: channels.a.url: got text of 8 characters (not shown), wants a URL, or ${env:NAME} for one",
  ],
  [
    "channels: {a: {type: webhook, url: 'http://hooks.example.com/x'}}",
    '1: channels.a.url: got http://hooks.example.com/…, wants a URL that may be called: the url of hooks.example.com is not https, and hooks.example.com is not named in "allow"',
  ],
  [
    "channels: {a: {type: teams, url: 'https://u:p@h.example.com/'}}",
    /channels\.a\.url: .*holds a user name or password/,
  ],
  [
    "channels: {a: {type: webhook, url: 'https://10.0.0.5/'}}",
    /channels\.a\.url: .*10\.0\.0\.5 is not a public address/,
  ],
  ["__proto__: {a: 1}", /__proto__: is no known key/],
  ["? [a, b]\n: 1", "SYNTAX"],
  ["log: {level: info", "SYNTAX"],
  [
    "policy: {rules: [{name: r, match: {kind: spot-interuption}, do: {act: true}}]}",
    /rules\[0\]\.match\.kind: got "spot-interuption", wants one of: .*; did you mean spot-interruption\?$/,
  ],
  [
    "policy: {rules: [{name: r, match: {kind: [spot-interruption, rebalanse]}, do: {act: true}}]}",
    /match\.kind\[1\]: got "rebalanse", wants one of: .*; did you mean rebalance\?$/,
  ],
  [
    "policy: {rules: [{name: r, match: {group: [web, 3]}, do: {}}]}",
    /match\.group\[1\]: got the number 3, wants a pattern/,
  ],
  ["policy: {defaults: {replace: rise}}", /replace: got "rise", wants one of: .*; did you mean raise\?$/],
  ["channels: {a: {type: slak}}", /type: got "slak", wants one of: .*; did you mean slack\?$/],
  [
    "channels: {a: {type: email, security: starttsl}}",
    /security: got "starttsl", wants one of: .*did you mean starttls\?/,
  ],
  ["routes: [{name: a, channels: [console], repeatEvery: 30m1h}]", /repeatEvery: got "30m1h", wants a duration/],
  ["routes: [{name: a, channels: [console], repeatEvery: 1h1h}]", /repeatEvery: got "1h1h", wants a duration/],
  [
    "ledger: {driver: sqlite, file: a.db}\narchive: {driver: sqlite, file: ./a.db}",
    '2: archive.file: got "./a.db", wants a file of its own; ledger.file is the same file',
  ],
  [
    "inventory: {driver: sqlite, file: spotkeeper.db}",
    '1: inventory.file: got "spotkeeper.db", wants a file of its own; ledger.file is the same file',
  ],
  ["log:\n\tlevel: info", "SYNTAX"],
  ["a: 1\n---\nb: 2", "SYNTAX"],
  ["log: {}\nlog: {}", "SYNTAX"],
  ["log: !!js/function 'x'", "SYNTAX"],
])("%j", (text, expected) => {
  const { code, message } = errorOf(text);
  expect(message).toMatch(/^s\.yaml:\d+: /);
  if (expected === "SYNTAX") return expect(code).toBe("SK-CONFIG-SYNTAX");
  expect(code).toBe("SK-CONFIG-INVALID");
  if (typeof expected === "string") expect(message.split("\n")).toContain(`s.yaml:${expected}`);
  else expect(message).toMatch(expected);
});

test.each([
  [
    "sources:\n  sqs: [{ queueUrl: https://x/y }\npolicy:\n  dryRun: true\n",
    "2: this is not YAML that can be read: the [ at column 8 is never closed.",
  ],
  ["aws: {regions: [eu-west-1]\nlog: {}\n", "1: this is not YAML that can be read: the { at column 6 is never closed."],
  ["a: [", "1: this is not YAML that can be read: the [ at column 4 is never closed."],
  ['a:\n  - b: "c\nd: 1\n', '2: this is not YAML that can be read: the " at column 8 is never closed.'],
  ["a: 'c\nd: 1\n", "1: this is not YAML that can be read: the ' at column 4 is never closed."],
])("what is opened and never closed is named where it is opened: %j", (text, expected) => {
  expect(errorOf(text)).toEqual({ code: "SK-CONFIG-SYNTAX", message: `s.yaml:${expected}` });
});

test("every wrong key is told at once, in the order of the lines, up to a bound", () => {
  const { message } = errorOf("log: 1\nshow: 2\naws: 3");
  expect(message.split("\n").map((line) => line.split(":").slice(0, 3).join(":"))).toEqual([
    "s.yaml:1: log",
    "s.yaml:2: show",
    "s.yaml:3: aws",
  ]);
  const many = errorOf(Array.from({ length: 50 }, (_, i) => `key${i}: 1`).join("\n")).message.split("\n");
  expect(many).toHaveLength(21);
  expect(many.at(-1)).toBe("… and 30 more");
});

test("an alias of nothing, a billion laughs and a huge file are refused", () => {
  expect(errorOf("log: *nothing")).toMatchObject({ code: "SK-CONFIG-SYNTAX" });
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(",")}]`);
  expect(errorOf(`l0: &l0 [x]\n${levels.join("\n")}`)).toMatchObject({ code: "SK-CONFIG-SYNTAX" });
  expect(errorOf(`# ${"x".repeat(1024 * 1024)}`)).toMatchObject({ code: "SK-CONFIG-UNREADABLE" });
});

const SECRET = "hunter2-correct-horse";

test.each([
  `sources: {http: {token: ${SECRET}}}`,
  `sources: {http: ${SECRET}}`.replace("http", "token"),
  `show: {auth: {tokens: [${SECRET}]}}`,
  `show: {auth: ${SECRET}}`,
  `channels: {a: {type: webhook, url: 'https://x', secret: ${SECRET}}}`,
  `channels: {a: {type: webhook, url: 'https://user:${SECRET}@x', allow: 3}}`,
  `channels: {a: {type: sns, topicArn: 'https://hooks.example/${SECRET}?x=${SECRET}'}}`,
  `policy: {defaults: {drainHook: {port: 1, path: /x, token: ${SECRET}}}}`,
  `aws: {accounts: [{roleArn: x, externalId: ' ${SECRET} '}]}`,
  `password: ${SECRET}`,
  `token: "${SECRET}`,
  `token: ${SECRET}: ${SECRET}`,
])("no secret is echoed: %j", (text) => {
  expect(errorOf(text).message).not.toContain("hunter2");
});
