import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { drainHttp2Server } from "../../src/adapters/http2.ts";
import { createAgentOn } from "../../src/agent.ts";
import { systemClock } from "../../src/clock.ts";
import { fakeHost } from "../support/host.ts";

async function serve(work: () => Promise<void>, budgets: object = { unready: 300 }) {
  const server = createServer((_request, response) => void work().then(() => response.end("ok")));
  const agent = createAgentOn({ ...fakeHost(), clock: systemClock }, { metadata: false, exit: false, budgets });
  agent.onDrain("http2", drainHttp2Server(server, { quiet: 200 }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, agent, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function get(session: ClientHttp2Session): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/" });
    let status = 0;
    stream.once("response", (headers) => (status = headers[":status"] ?? 0));
    stream.once("error", reject);
    stream.once("close", () => (status === 0 ? reject(new Error(`closed with ${stream.rstCode}`)) : resolve(status)));
    stream.resume().end();
  });
}

/** Each of 200 lanes keeps one request going, twenty to a session; a session that is told GOAWAY is replaced. */
function startLoad(url: string, lanes = 200) {
  const sessions = new Map<number, ClientHttp2Session>();
  const lost: string[] = [];
  let [served, refused, unreached] = [0, 0, 0];
  const end = new AbortController();
  const sessionOf = async (group: number): Promise<ClientHttp2Session> => {
    const known = sessions.get(group);
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connect(url);
    session.setMaxListeners(0).on("error", () => {});
    sessions.set(group, session);
    return session;
  };
  const lane = async (index: number): Promise<void> => {
    while (!end.signal.aborted) {
      const session = await sessionOf(index % 10);
      try {
        if (session.connecting) await once(session, "connect");
      } catch {
        unreached += 1;
        return;
      }
      // Closed between the look and the connect: nothing was sent.
      if (session.closed || session.destroyed) continue;
      try {
        const status = await get(session);
        if (status === 200) served += 1;
        if (status !== 503) continue;
        refused += 1;
        return;
      } catch (error) {
        // "Not processed, safe to send again" (RFC 9113, 8.7): it was on its way when the session ended.
        if (String(error).includes("REFUSED_STREAM")) continue;
        lost.push(String(error));
        return;
      }
    }
  };
  const all = Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  return {
    served: () => served,
    async stop() {
      end.abort();
      await all;
      for (const session of sessions.values()) session.destroy();
      return { served, refused, unreached, lost };
    },
  };
}

test("a drain under load loses no stream", async () => {
  const { agent, url } = await serve(() => new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20)));
  const load = startLoad(url);
  await vi.waitFor(() => expect(load.served()).toBeGreaterThan(400), { timeout: 20_000 });
  const report = await agent.drain();
  const { lost, served, refused, unreached } = await load.stop();
  expect(lost).toEqual([]);
  expect(served).toBeGreaterThan(400);
  expect(refused + unreached).toBe(200);
  expect(report.outcome).toBe("drained");
});

test("GOAWAY is told while unready, and what comes over the session is served", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  const { agent, url } = await serve(() => new Promise<void>((resolve) => arrive(resolve)));
  const session = connect(url);
  const inFlight = get(session);
  const answer = await arrived;
  const goaway = once(session, "goaway");
  const drained = agent.drain();
  expect((await goaway).slice(0, 2)).toEqual([0, 2 ** 31 - 1]);
  answer();
  expect(await inFlight).toBe(200);
  expect((await drained).outcome).toBe("drained");
});

test("streams that do not end are cut off and told", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const hangs = (): Promise<never> => {
    arrive();
    return new Promise(() => {});
  };
  const { agent, url, server } = await serve(hangs, { unready: 0, finish: 200 });
  const session = connect(url);
  session.on("error", () => {});
  const inFlight = get(session);
  inFlight.catch(() => {});
  await arrived;
  const report = await agent.drain();
  await expect(inFlight).rejects.toThrow("closed");
  expect(report.outcome).toBe("cut-off");
  expect(report.phases.find(({ phase }) => phase === "finish")?.handlers[0]?.notes).toContain("1 cut off");
  expect(server.listening).toBe(false);
});
