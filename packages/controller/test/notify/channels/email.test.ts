import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SendResult } from "../../../src/notify/alert.ts";
import type { EmailOptions } from "../../../src/notify/channels/email/channel.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { testClock } from "../../enrich/support/clock.ts";
import { assertLeaksNoSecret, testChannel } from "../channel-contract.ts";
import { depsOf } from "../support/deps.ts";
import { impact, many, model, T0, told } from "../support/samples.ts";
import { type SmtpReceiver, startSmtp } from "../support/smtp.ts";

const PASSWORD = "s3cr3t-of-smtp";
const USER = "mailer";

// The server's certificate is its own: only these tests trust it.
let strict: string | undefined;
beforeEach(() => {
  strict = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
});
afterEach(() => {
  if (strict === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = strict;
});

const optionsFor = (port: number, more: Partial<EmailOptions> = {}): EmailOptions => ({
  type: "email",
  host: "127.0.0.1",
  port,
  username: USER,
  password: "${env:SMTP}",
  from: "Spotkeeper <spot@example.com>",
  to: ["oncall@example.com", "lead@example.com"],
  cc: ["team@example.com"],
  subjectPrefix: "[spot]",
  ...more,
});

const deps = depsOf({
  clock: testClock(T0),
  secret: (reference) => Promise.resolve(reference === null ? null : PASSWORD),
});

testChannel("email", async () => {
  const smtp = await startSmtp({ user: USER, password: PASSWORD });
  return {
    channel: channels.email.create(optionsFor(smtp.port), deps),
    received: () => smtp.mails.map(({ parsed }) => parsed.text ?? ""),
    answer: (how) => smtp.answer(how),
    asksToWait: false, // SMTP has no Retry-After
    secrets: [PASSWORD],
    mostBytes: 96 * 1024,
    close: () => smtp.close(),
  };
});

describe("email", () => {
  let smtp: SmtpReceiver;
  beforeEach(async () => {
    smtp = await startSmtp({ user: USER, password: PASSWORD });
  });
  afterEach(() => smtp.close());

  const about = model([told("i-1", { facts: { impact: [impact()] } })]);
  const send = (more: Partial<EmailOptions> = {}, what = about): Promise<SendResult> =>
    channels.email.create(optionsFor(smtp.port, more), deps).send(what, null, AbortSignal.timeout(8_000));

  test("arrives encrypted, to all, as HTML and plain text, in the thread of its alert", async () => {
    const subject = `[spot] [CRITICAL] ${about.headline}`;
    const result = await send();
    expect(result).toEqual({ is: "sent", receipt: { subject } });
    const updates = [
      { ...model(many(2)), phase: "update", id: "2" } as const,
      { ...about, phase: "outcome", id: "3" } as const,
    ];
    for (const news of updates)
      await channels.email.create(optionsFor(smtp.port), deps).send(news, { subject }, AbortSignal.timeout(8_000));
    const [first, second, third] = smtp.mails;
    expect(first?.encrypted).toBe(true);
    expect(first?.parsed).toMatchObject({
      subject: `[spot] [CRITICAL] ${about.headline}`,
      from: { text: '"Spotkeeper" <spot@example.com>' },
      to: { text: "oncall@example.com, lead@example.com" },
      cc: { text: "team@example.com" },
    });
    expect(first?.parsed.headers.get("priority")).toBe("high");
    expect(first?.parsed.text).toContain("checkout keeps 1 of 4 tasks, below its minimum of 2");
    expect(first?.parsed.html).toContain("<li");
    expect(first?.parsed.headers.get("auto-submitted")).toBe("auto-generated");
    // Gmail wants both: a reference to a mail that exists, and the same subject.
    expect(first?.parsed.inReplyTo).toBeUndefined();
    for (const later of [second, third]) {
      expect(later?.parsed.inReplyTo).toBe(first?.parsed.messageId);
      expect(later?.parsed.references).toBe(first?.parsed.messageId);
      expect(later?.parsed.subject).toBe(first?.parsed.subject);
    }
    expect(new Set(smtp.mails.map(({ parsed }) => parsed.messageId)).size).toBe(3);
  });

  test("an alert that an earlier version began goes on in its thread, with a subject of its own", async () => {
    const channel = channels.email.create(optionsFor(smtp.port), deps);
    const result = await channel.send({ ...about, phase: "update" }, { rejected: 0 }, AbortSignal.timeout(8_000));
    expect(result).toMatchObject({ is: "sent", receipt: { subject: expect.stringContaining(about.headline) } });
    expect(smtp.mails[0]?.parsed.inReplyTo).toBe(`<${about.recordId}@spotkeeper>`);
  });

  describe("recipients that the server refuses", () => {
    const first = { subject: `[spot] [CRITICAL] ${about.headline}` };

    test("4xx is owed to them alone, 5xx is final, and the others have the mail", async () => {
      smtp.refuse("lead@example.com", 450);
      smtp.refuse("team@example.com", 550);
      const result = await send();
      expect(result).toMatchObject({
        is: "sent",
        missed: {
          final: "team@example.com (550)",
          owed: { to: { addresses: ["lead@example.com"] }, reason: "lead@example.com (450)" },
        },
      });
      const owed = result.is === "sent" ? (result.missed?.owed?.to ?? null) : null;
      const again = (): Promise<SendResult> =>
        channels.email.create(optionsFor(smtp.port), deps).send(about, first, AbortSignal.timeout(8_000), owed);
      expect(await again()).toMatchObject({ is: "retry", reason: expect.stringContaining("450") });
      smtp.refuse("lead@example.com", null);
      expect(await again()).toEqual({ is: "sent", receipt: first });
      expect(smtp.envelopes).toEqual([["oncall@example.com"], ["lead@example.com"]]);
      const [one, two] = smtp.mails;
      expect(two?.parsed.messageId).toBe(one?.parsed.messageId);
      expect(two?.parsed.subject).toBe(one?.parsed.subject);
      expect(two?.parsed.to).toMatchObject({ text: "oncall@example.com, lead@example.com" });
    });

    test("if it refuses all, nobody has it: tried again while one may take it, else refused", async () => {
      for (const address of ["oncall", "lead", "team"]) smtp.refuse(`${address}@example.com`, 550);
      expect(await send()).toMatchObject({ is: "refused" });
      smtp.refuse("oncall@example.com", 450);
      expect(await send()).toMatchObject({ is: "retry" });
    });
  });

  test("a repetition is the same message for mail programs", async () => {
    await send();
    await send();
    expect(smtp.mails[0]?.parsed.messageId).toBe(smtp.mails[1]?.parsed.messageId);
  });

  test("names from AWS are no markup, and no headers", async () => {
    const hostile = `<img src=x onerror=alert(1)>&"'\r\nBcc: evil@example.com`;
    await send({}, model([told("i-1", { name: hostile, facts: { impact: [impact({ service: hostile })] } })]));
    const [mail] = smtp.mails;
    expect(mail?.parsed.html).not.toContain("<img");
    expect(mail?.parsed.html).toContain("&lt;img src=x onerror=alert(1)&gt;&amp;");
    expect(mail?.parsed.bcc).toBeUndefined();
    expect(mail?.raw).not.toMatch(/^Bcc:/im);
  });

  test("the user's own templates are used, and escaped in HTML alone", async () => {
    const templates = {
      subject: "{{ severity | upcase }} in {{ group.region }}",
      html: "<b>{{ members[0].name }}</b>{% for line in stakes %}<i>{{ line }}</i>{% endfor %}",
      text: "{{ members[0].name }}",
    };
    await send({ templates }, model([told("i-1", { name: "a<b", facts: { impact: [impact()] } })]));
    const [mail] = smtp.mails;
    expect(mail?.parsed.subject).toBe("[spot] CRITICAL in eu-west-1");
    expect(mail?.parsed.html).toBe("<b>a&lt;b</b><i>checkout keeps 1 of 4 tasks, below its minimum of 2</i>");
    expect(mail?.parsed.text?.trim()).toBe("a<b");
  });

  test.each([
    [{ subject: "{{ headlin }}" }, "undefined variable"],
    [{ html: "{% if %}" }, "a LiquidJS template that works"],
    [{ text: "{{ headline | shout }}" }, "undefined filter"],
    [{ text: "{% include '/etc/passwd' %}" }, "ENOENT"],
    [{ text: "{% for i in (1..100000000) %}{{ i }}{% endfor %}" }, "limit"],
  ])("a template that does not work is told when the config is loaded: %o", (templates, message) => {
    const parsed = channels.email.options.safeParse(optionsFor(25, { templates }));
    expect(parsed.error?.message).toContain(message);
  });

  test.each([
    [{ text: "{{ ask[0] }}" }, "undefined variable: ask.0, line:1", "an alert without stakes", "| first |"],
    [{ subject: "ok", html: "<b>\n{{ impact[0].service }}</b>" }, "line:2", "an outcome"],
    [{ text: "{% if phase == 'outcome' %}{{ severty }}{% endif %}" }, "severty", "an outcome"],
    [{ text: "{% if phase == 'update' %}{{ severty }}{% endif %}" }, "severty", "an update"],
    [{ text: "{% for line in missing %}{{ line.text }}{% endfor %}" }, "line.text", "an alert with quotes"],
  ])(
    "a template that fails for alerts of another shape is told when the config is loaded: %o",
    (templates, ...words) => {
      const message = channels.email.options.safeParse(optionsFor(25, { templates })).error?.message;
      for (const word of words) expect(message).toContain(word);
    },
  );

  test("the hint for an empty list works", () => {
    const templates = { text: '{{ ask | first | default: "nothing" }}' };
    expect(channels.email.options.safeParse(optionsFor(25, { templates })).success).toBe(true);
  });

  test("a template that fails all the same loses no alert: the built-in mail says which, and where", async () => {
    const templates = { subject: "own subject", text: "own text\n{{ ask[0] }}" };
    const result = await send({ templates }, { ...about, ask: [] });
    expect(result).toMatchObject({ is: "sent" });
    const [mail] = smtp.mails;
    expect(mail?.parsed.subject).toContain(about.headline);
    for (const text of [mail?.parsed.text, String(mail?.parsed.html)])
      expect(text?.replace(/\s+/g, " ")).toContain("template templates.text: undefined variable: ask.0, line:2, col:4");
    expect(mail?.parsed.text).toContain("checkout");
  });

  test("a wrong password is told from an outage, and not repeated", async () => {
    smtp.answer("denied");
    const result = await send();
    expect(result).toMatchObject({ is: "refused", because: "credentials", reason: expect.stringContaining("535") });
    assertLeaksNoSecret(result, [PASSWORD]);
  });

  test("greylisting is waited for", async () => {
    smtp.answer("busy");
    expect(await send()).toMatchObject({ is: "retry", reason: "127.0.0.1 asks to come back later (451)" });
    smtp.answer("ok");
    expect(await send()).toMatchObject({ is: "sent" });
  });

  test("a server without STARTTLS is sent nothing, unless that is meant", async () => {
    const plain = await startSmtp({ user: USER, password: PASSWORD, plain: true });
    expect(await send({ port: plain.port })).toMatchObject({
      is: "refused",
      because: "request",
      reason: expect.stringMatching(/^127\.0\.0\.1 offers no STARTTLS \(50\d\); set "security: tls"/),
    });
    expect(plain.mails).toEqual([]);
    expect(await send({ port: plain.port, security: "none", username: undefined, password: undefined })).toMatchObject({
      is: "sent",
    });
    await plain.close();
  });

  test.each([
    [
      "no server",
      { port: 9 },
      "127.0.0.1 cannot be reached: nothing listens there; check the port, and whether the service runs (ECONNREFUSED)",
    ],
    [
      "TLS at the port of STARTTLS",
      { security: "tls" },
      '127.0.0.1 cannot be reached: it does not speak TLS at this port; check the port (ERR_SSL_WRONG_VERSION_NUMBER); leave out "security: tls" if it speaks STARTTLS there (mostly port 587)',
    ],
  ] as const)("%s is called that", async (_, more, reason) => {
    expect(await send(more)).toEqual({ is: "retry", reason, after: null });
  });

  test("a certificate that cannot be trusted is called that", async () => {
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "1";
    try {
      const result = await send();
      expect(result).toMatchObject({
        is: "retry",
        reason: expect.stringMatching(/^the certificate of 127\.0\.0\.1 .*(NODE_EXTRA_CA_CERTS|renew it)/),
      });
      expect(smtp.mails).toEqual([]);
    } finally {
      process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    }
  });

  test.each([
    [{ to: [] }, "too_small"],
    [{ to: ["nobody"] }, "wants a mail address"],
    [{ to: ["a@example.com\r\nBcc: b@example.com"] }, "wants a mail address"],
    [{ from: "x\r\n <a@example.com>" }, "wants a mail address, or Name"],
    [{ password: undefined }, "username and password together"],
  ])("its options say what is wrong: %o", (wrong, message) => {
    expect(channels.email.options.safeParse({ ...optionsFor(25), ...wrong }).error?.message).toContain(message);
  });
});
