import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { guardedHttp, type HttpOutcome, type Lookup } from "../../src/http/http.ts";
import { ofHttp } from "../../src/notify/channels/support/result.ts";
import { testClock } from "../enrich/support/clock.ts";
import { T0 } from "./support/samples.ts";

/** A listener that does as it likes with each connection, once something has been asked. */
interface Hostile {
  readonly url: string;
  /** What has been asked, a text for each connection. */
  readonly asked: string[];
  /** Bytes that left, over all connections. */
  written(): number;
  /** Resolves when no connection is open any more. */
  idle(): Promise<void>;
}

let server: Server | null = null;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

async function hostile(answer: (socket: Socket) => void): Promise<Hostile> {
  const asked: string[] = [];
  const all: Socket[] = [];
  const closed: Promise<unknown>[] = [];
  server = createServer((socket) => {
    const place = asked.push("") - 1;
    sockets.add(socket);
    all.push(socket);
    closed.push(once(socket, "close").catch(() => {}));
    socket.on("error", () => {}); // it is broken off by design
    socket.on("data", (chunk) => {
      const before = asked[place] ?? "";
      asked[place] = before + chunk.toString("latin1");
      if (!before.includes("\r\n\r\n") && asked[place].includes("\r\n\r\n")) answer(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/s3cr3t`,
    asked,
    written: () => all.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    idle: async () => void (await Promise.all(closed)),
  };
}

const never: Lookup = (name) => {
  throw new Error(`${name} was looked up`);
};

const post = (url: string, signal: AbortSignal = AbortSignal.timeout(5_000)): Promise<HttpOutcome> =>
  guardedHttp({ clock: testClock(T0), lookup: never })(["127.0.0.1"])(
    { method: "POST", url, headers: {}, body: "{}" },
    signal,
  );

/** Writes as long as the other side reads. */
function pour(socket: Socket, chunk: Buffer, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      if (!socket.write(chunk)) return void socket.once("drain", more);
    }
    if (!socket.destroyed) socket.end();
  };
  more();
}

const MB = 1024 * 1024;

describe("a listener that is slow", () => {
  test.each<[string, (socket: Socket) => void]>([
    ["never answers", () => {}],
    ["begins a status line and stops", (socket) => socket.write("HTTP/1.1 2")],
    ["begins its headers and stops", (socket) => socket.write("HTTP/1.1 200 OK\r\nX-Slow: ")],
    ["says again and again that it will", (socket) => pour(socket, Buffer.from("HTTP/1.1 103 Soon\r\n\r\n"), MB)],
  ])("%s: it is left when the time is over, and the connection with it", async (_, answer) => {
    const listener = await hostile(answer);
    const outcome = await post(listener.url, AbortSignal.timeout(200));
    expect(outcome).toMatchObject({ is: "failed", retryable: true });
    expect(JSON.stringify(outcome)).not.toContain("s3cr3t");
    await listener.idle();
  });

  test("has its answer counted though its body drips without end", async () => {
    const listener = await hostile((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{");
    });
    expect(await post(listener.url, AbortSignal.timeout(200))).toMatchObject({ is: "answer", status: 200, text: "{" });
    await listener.idle();
  });
});

describe("a listener that breaks off", () => {
  test.each<[string, (socket: Socket) => void]>([
    ["resets", (socket) => socket.resetAndDestroy()],
    ["closes", (socket) => socket.destroy()],
    ["resets in its headers", (socket) => socket.write("HTTP/1.1 200 OK\r\nX: ", () => socket.resetAndDestroy())],
    ["is no HTTP server", (socket) => socket.end("220 smtp.example.com ESMTP\r\n")],
    ["sends garbage", (socket) => socket.end(Buffer.alloc(4_096, 0xff))],
    ["sends headers without end", (socket) => pour(socket, Buffer.from(`X: ${"y".repeat(8_000)}\r\n`), 100 * MB)],
    [
      "sends 100 MB of one header",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nX: ");
        pour(socket, Buffer.alloc(64 * 1024, "y"), 100 * MB);
      },
    ],
  ])("%s: it can be tried again", async (_, answer) => {
    const listener = await hostile(answer);
    const outcome = await post(listener.url);
    expect(outcome).toMatchObject({ is: "failed", retryable: true, reason: expect.stringContaining("127.0.0.1") });
    expect(JSON.stringify(outcome)).not.toContain("s3cr3t");
    await listener.idle();
    expect(listener.written()).toBeLessThan(20 * MB);
    // One attempt is one attempt: the client beneath tries nothing again by itself.
    expect(listener.asked).toHaveLength(1);
  });

  test.each<[string, string]>([
    ["in its body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin"],
    ["in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\nffff\r\nno"],
    ["with a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\nzz\r\n"],
  ])("%s: its status counts", async (_, text) => {
    const listener = await hostile((socket) => socket.write(text, () => socket.resetAndDestroy()));
    // The reset may overtake the body, but not turn the answer into a success that says something else.
    const outcome = await post(listener.url);
    if (outcome.is === "answer")
      expect(outcome).toMatchObject({ status: 200, text: expect.stringMatching(/^(begin.*)?$/) });
    else expect(outcome.retryable).toBe(true);
  });
});

describe("a listener that sends too much", () => {
  test.each<[string, string]>([
    ["as it said", `Content-Length: ${100 * MB}`],
    ["in chunks", "Transfer-Encoding: chunked"],
    ["compressed, as it says", `Content-Encoding: gzip\r\nContent-Length: ${100 * MB}`],
    ["without an end", "Connection: close"],
  ])("100 MB %s: 64 kB are read, and the rest stays there", async (_, header) => {
    const chunk = header.startsWith("Transfer")
      ? Buffer.from(`10000\r\n${"z".repeat(64 * 1024)}\r\n`)
      : Buffer.alloc(64 * 1024, "z");
    const listener = await hostile((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
      pour(socket, chunk, 100 * MB);
    });
    const outcome = await post(listener.url);
    expect(outcome).toMatchObject({ is: "answer", status: 200, text: "z".repeat(64 * 1024) });
    await listener.idle();
    // What fits in the buffers of both sides' sockets.
    expect(listener.written()).toBeLessThan(20 * MB);
  });
});

const ANY = { says: "anything", receipt: () => null };

describe("a listener that sends elsewhere", () => {
  test.each([301, 302, 303, 307, 308])("%i to the instance's metadata is followed by nobody", async (status) => {
    const listener = await hostile((socket) =>
      socket.end(
        `HTTP/1.1 ${status} Elsewhere\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    const outcome = await post(listener.url);
    expect(outcome).toMatchObject({ is: "answer", status });
    expect(ofHttp(outcome, ANY)).toEqual({
      is: "refused",
      because: "request",
      reason: `answered ${status}; redirects are not followed`,
    });
    expect(listener.asked).toHaveLength(1);
  });

  test("nor to itself, by refresh, or by switching protocols", async () => {
    for (const head of [
      "200 OK\r\nRefresh: 0; url=http://169.254.169.254/",
      "305 Use Proxy\r\nLocation: http://169.254.169.254/",
      "300 Choose\r\nAlternates: http://169.254.169.254/",
    ]) {
      const listener = await hostile((socket) => socket.end(`HTTP/1.1 ${head}\r\nContent-Length: 0\r\n\r\n`));
      expect(await post(listener.url)).toMatchObject({ is: "answer" });
      expect(listener.asked).toHaveLength(1);
    }
  });
});

describe("a listener that is busy or broken", () => {
  test.each([
    ["429 Too Many Requests", "7", { is: "retry", after: 7_000 }],
    ["429 Too Many Requests", "Thu, 01 Jan 2026 00:01:00 GMT", { is: "retry", after: 60_000 }],
    ["429 Too Many Requests", "-7", { is: "retry", after: null }],
    ["429 Too Many Requests", "1.5", { is: "retry", after: 1_500 }],
    ["429 Too Many Requests", "99999999999999999999", { is: "retry", after: null }],
    ["429 Too Many Requests", "7\r\nRetry-After: 9", { is: "retry", after: 7_000 }],
    ["503 Unavailable", "120", { is: "retry", after: 120_000 }],
    ["500 Broken", "", { is: "retry", after: null }],
    ["502 Bad Gateway", "", { is: "retry" }],
    ["504 Gateway Timeout", "", { is: "retry" }],
    ["599 Whatever", "", { is: "retry" }],
    ["408 Timeout", "", { is: "retry" }],
    ["425 Too Early", "", { is: "retry" }],
    ["401 Unauthorized", "", { is: "refused", because: "credentials" }],
    ["407 Proxy Authentication", "", { is: "refused", because: "credentials" }],
    ["413 Too Large", "", { is: "refused", because: "request" }],
    ["600 No Such Thing", "", { is: "retry" }],
  ])("%s, Retry-After: %s", async (status, wait, expected) => {
    const after = wait === "" ? "" : `Retry-After: ${wait}\r\n`;
    const listener = await hostile((socket) =>
      socket.end(`HTTP/1.1 ${status}\r\n${after}Content-Length: 6\r\n\r\ns3cr3t`),
    );
    const result = ofHttp(await post(listener.url), ANY);
    expect(result).toMatchObject(expected);
    expect(JSON.stringify(result)).not.toContain("s3cr3t");
  });
});
