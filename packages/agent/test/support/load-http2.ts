import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import type { RunningLoad } from "./load.ts";

export function get(session: ClientHttp2Session): Promise<number> {
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
export function startHttp2Load(url: string, lanes = 200): RunningLoad {
  const sessions = new Map<number, ClientHttp2Session>();
  const lost: string[] = [];
  const latencies: number[] = [];
  let [served, refused, unreached, keeping] = [0, 0, 0, false];
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
      const began = performance.now();
      try {
        const status = await get(session);
        if (status === 200) served += 1;
        if (status === 200 && keeping) latencies.push(performance.now() - began);
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
    draining: () => void (keeping = true),
    served: () => served,
    async stop() {
      end.abort();
      await all;
      for (const session of sessions.values()) session.destroy();
      return { served, refused, unreached, lost, latencies };
    },
  };
}
