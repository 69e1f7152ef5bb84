import type { LookupAddress } from "node:dns";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAddresses, isAllowable } from "../../src/http/addresses.ts";
import { guardedHttp, type HttpOutcome, type Lookup } from "../../src/http/http.ts";
import { testClock } from "../enrich/support/clock.ts";
import { type Receiver, startReceiver } from "./support/receiver.ts";
import { T0 } from "./support/samples.ts";

/** Something listens on this machine: a form that gets through is seen. */
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(async () => {
  expect(receiver.received).toEqual([]);
  await receiver.close();
});

const post = (url: string, lookup: Lookup): Promise<HttpOutcome> =>
  guardedHttp({ clock: testClock(T0), lookup })([])(
    { method: "POST", url, headers: {}, body: "{}" },
    AbortSignal.timeout(5_000),
  );

const neverAsked: Lookup = (name) => {
  throw new Error(`${name} was looked up`);
};
const resolves =
  (address: string): Lookup =>
  (_name, _options, callback) =>
    callback(null, [{ address, family: address.includes(":") ? 6 : 4 } satisfies LookupAddress]);

/** Each with what it stands for. A URL's parser understands more forms than people write. */
const FORMS: readonly (readonly [what: string, host: string])[] = [
  ["this machine", "127.0.0.1"],
  ["… with a trailing dot", "127.0.0.1."],
  ["… of two parts", "127.1"],
  ["… of three parts", "127.0.1"],
  ["… another of its net", "127.255.255.254"],
  ["… decimal", "2130706433"],
  ["… hexadecimal", "0x7f000001"],
  ["… hexadecimal, upper case", "0X7F000001"],
  ["… hexadecimal, by parts", "0x7f.0x0.0x0.0x1"],
  ["… hexadecimal and short", "0x7f.1"],
  ["… octal", "017700000001"],
  ["… octal, by parts", "0177.0.0.1"],
  ["… octal with many zeros", "0000000177.0.0.01"],
  ["… of all three", "0x7f.0.01"],
  ["… percent-encoded", "%31%32%37.0.0.1"],
  ["… in full width", "１２７．０．０．１"],
  ["… in circled digits", "①②⑦.⓪.⓪.①"],
  ["… with ideographic stops", "127。0。0。1"],
  ["… with soft hyphens", "127.0\u00AD.0.1"],
  ["any address", "0.0.0.0"],
  ["… as one number", "0"],
  ["… hexadecimal", "0x0"],
  ["metadata", "169.254.169.254"],
  ["… with a trailing dot", "169.254.169.254."],
  ["… decimal", "2852039166"],
  ["… hexadecimal", "0xA9FEA9FE"],
  ["… hexadecimal, by parts", "0xa9.0xfe.0xa9.0xfe"],
  ["… octal, by parts", "0251.0376.0251.0376"],
  ["… of two parts", "169.16689662"],
  ["… of three parts", "169.254.43518"],
  ["a task's credentials", "169.254.170.2"],
  ["metadata elsewhere", "100.100.100.200"],
  ["metadata elsewhere", "192.0.0.192"],
  ["private", "10.0.0.1"],
  ["… short", "10.1"],
  ["… hexadecimal", "0xa000001"],
  ["… octal", "012.0.0.1"],
  ["private", "172.16.0.1"],
  ["… its end", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["… short", "192.168.257"],
  ["… octal", "0300.0250.1.1"],
  ["shared", "100.64.0.1"],
  ["benchmarks", "198.18.0.1"],
  ["documentation", "203.0.113.7"],
  ["6to4 relays", "192.88.99.1"],
  ["multicast", "224.0.0.1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["this machine, IPv6", "[::1]"],
  ["… written out", "[0:0:0:0:0:0:0:1]"],
  ["… with zeros", "[0000::0001]"],
  ["any address, IPv6", "[::]"],
  ["compatible", "[::127.0.0.1]"],
  ["… in hexadecimal", "[::7f00:1]"],
  ["mapped", "[::ffff:127.0.0.1]"],
  ["… in hexadecimal", "[::ffff:7f00:1]"],
  ["… upper case", "[::FFFF:A9FE:A9FE]"],
  ["… written out", "[0:0:0:0:0:ffff:169.254.169.254]"],
  ["… of a public address", "[::ffff:8.8.8.8]"],
  ["translated", "[::ffff:0:127.0.0.1]"],
  ["NAT64", "[64:ff9b::169.254.169.254]"],
  ["… in hexadecimal", "[64:ff9b::a9fe:a9fe]"],
  ["… of one's own", "[64:ff9b:1::a9fe:a9fe]"],
  ["6to4", "[2002:7f00:1::]"],
  ["… of metadata", "[2002:a9fe:a9fe::1]"],
  ["Teredo", "[2001:0:a9fe:a9fe::1]"],
  ["metadata, IPv6", "[fd00:ec2::254]"],
  ["… upper case", "[FD00:EC2:0:0::254]"],
  ["metadata elsewhere, IPv6", "[fd20:ce::254]"],
  ["unique local", "[fc00::1]"],
  ["link-local", "[fe80::1]"],
  ["site-local", "[fec0::1]"],
  ["multicast, IPv6", "[ff02::1]"],
  ["documentation, IPv6", "[2001:db8::1]"],
  ["… the newer", "[3fff::1]"],
  ["discarded", "[100::1]"],
  ["segment routing", "[5f00::1]"],
];

describe("an address in a URL is refused before anything is dialled or looked up", () => {
  test("in more than 60 forms", () => {
    expect(new Set(FORMS.map(([, host]) => host)).size).toBe(FORMS.length);
    expect(FORMS.length).toBeGreaterThan(60);
  });

  test.each(FORMS)("%s: %s", async (_, host) => {
    expect(await post(`https://${host}:${receiver.port}/s3cr3t`, neverAsked)).toEqual({
      is: "failed",
      retryable: false,
      reason: expect.stringMatching(/^[0-9a-f.:]+ is not a public address; name it in "allow" if it is meant$/),
    });
  });

  test.each([
    ["a zone", "https://[fe80::1%25eth0]/s3cr3t", "its url is not a URL"],
    ["a zone as it is printed", "https://[fe80::1%eth0]/s3cr3t", "its url is not a URL"],
    ["an octal digit that is none", "https://0189.0.0.1/s3cr3t", "its url is not a URL"],
    ["a part too many", "https://127.0.0.0.1/s3cr3t", "its url is not a URL"],
    ["a number too large", "https://4294967296/s3cr3t", "its url is not a URL"],
    [
      "a name before it",
      "https://hooks.example.com@127.0.0.1/s3cr3t",
      "the url of 127.0.0.1 holds a user name or password",
    ],
    ["a name and port before it", "https://hooks.example.com:443@127.0.0.1/s3cr3t", "holds a user name or password"],
    ["a name before it, encoded", "https://hooks.example.com%2F@127.0.0.1/s3cr3t", "holds a user name or password"],
    ["a name after a backslash", "https://127.0.0.1\\@hooks.example.com/s3cr3t", "127.0.0.1 is not a public address"],
    ["a name in the query", "https://127.0.0.1?@hooks.example.com/s3cr3t", "127.0.0.1 is not a public address"],
    ["a name in the fragment", "https://127.0.0.1#@hooks.example.com/s3cr3t", "127.0.0.1 is not a public address"],
    ["no slashes", "https:127.0.0.1/s3cr3t", "127.0.0.1 is not a public address"],
    ["backslashes", "https:\\\\127.0.0.1\\s3cr3t", "127.0.0.1 is not a public address"],
    ["too many slashes", "https:////127.0.0.1/s3cr3t", "127.0.0.1 is not a public address"],
    ["a tab and a newline", "https://127.0.\t0.\n1/s3cr3t", "127.0.0.1 is not a public address"],
    ["space around it", "  https://127.0.0.1/s3cr3t  ", "127.0.0.1 is not a public address"],
    ["the scheme in upper case", "HTTPS://127.0.0.1/s3cr3t", "127.0.0.1 is not a public address"],
    ["no encryption", "http://127.0.0.1/s3cr3t", "is not https"],
    ["another scheme", "gopher://127.0.0.1/s3cr3t", "is not https"],
    ["data", "data:text/plain,s3cr3t", "is not https"],
  ])("with %s", async (_, url, reason) => {
    const outcome = await post(url, neverAsked);
    expect(outcome).toMatchObject({ is: "failed", retryable: false, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(outcome)).not.toContain("s3cr3t");
  });
});

describe("a name is refused for what it resolves to, when it is dialled", () => {
  test.each([
    ["localhost", "127.0.0.1"],
    ["LOCALHOST", "127.0.0.1"],
    ["localhost.", "127.0.0.1"],
    ["localhost6", "::1"],
    ["127.0.0.1.nip.example", "127.0.0.1"],
    ["metadata.google.internal", "169.254.169.254"],
    ["instance-data.ec2.internal.", "169.254.169.254"],
    ["mapped.example", "::ffff:169.254.169.254"],
    ["nat64.example", "64:ff9b::a9fe:a9fe"],
    ["sixtofour.example", "2002:a9fe:a9fe::1"],
    ["zoned.example", "fe80::1%eth0"],
    ["zoned.example", "fd00:ec2::254%2"],
    ["private.example", "192.168.0.10"],
    ["ｌｏｃａｌｈｏｓｔ", "127.0.0.1"],
  ])("%s at %s", async (name, address) => {
    const outcome = await post(`https://${name}:${receiver.port}/s3cr3t`, resolves(address));
    expect(outcome).toMatchObject({
      is: "failed",
      retryable: false,
      reason: expect.stringMatching(/ resolves to .* which is not a public address/),
    });
  });
});

describe("which addresses may be dialled", () => {
  test.each(["0.0.0.0", "::", "127.0.0.1", "fe80::1%eth0", "not an address", ""])("%s is not", (address) => {
    expect(createAddresses([]).mayDial("hooks.example.com", address)).toBe(false);
  });

  test.each([
    "8.8.8.8",
    "52.94.236.248",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "223.255.255.255",
    "2600:1f18::1",
    "2a05:d018::1",
    "2001:200::1",
  ])("%s is", (address) => {
    expect(createAddresses([]).mayDial("hooks.example.com", address)).toBe(true);
  });

  test.each([
    [["hooks.internal"], "hooks.internal", "10.0.0.5", true],
    [["Hooks.Internal"], "hooks.internal", "10.0.0.5", true],
    [["hooks.internal"], "other.internal", "10.0.0.5", false],
    [["hooks.internal"], "evil.hooks.internal", "10.0.0.5", false],
    [["10.0.0.5"], "hooks.internal", "10.0.0.5", true],
    [["10.0.0.5"], "hooks.internal", "10.0.0.6", false],
    [["10.0.0.0/8"], "hooks.internal", "10.9.9.9", true],
    [["10.0.0.0/8"], "hooks.internal", "169.254.169.254", false],
    [["10.0.0.0/8"], "hooks.internal", "::ffff:10.0.0.1", false],
    [["fd00::/8"], "hooks.internal", "fd00:ec2::254", true],
  ])("allowing %j: %s at %s is %s", (allow, host, address, may) => {
    expect(createAddresses(allow).mayDial(host, address)).toBe(may);
  });

  test.each([
    ["hooks.internal", true],
    ["10.0.0.0/8", true],
    ["fd00::/8", true],
    ["10.0.0.0/33", false],
    ["10.0.0.0/8/8", false],
    ["http://x", false],
    ["*", false],
    ["", false],
  ])("%s can be allowed: %s", (entry, can) => {
    expect(isAllowable(entry)).toBe(can);
  });
});
