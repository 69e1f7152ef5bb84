import type { Http2SecureServer, Http2Server, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Ms } from "../clock.ts";
import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";
import { createHand } from "./hand.ts";
import { hearFirst } from "./hear-first.ts";
import type { HttpOptions } from "./http.ts";
import { createHttp1Within, type Taken } from "./http1-within.ts";
import { untilQuiet } from "./quiet.ts";

/** No stream has a higher number: "I am going away, and nothing that you have sent is refused" (RFC 9113, 6.8). */
const ALL_STREAMS = 2 ** 31 - 1;

/** How long a GOAWAY may be on its way before the session is closed for new streams (assumed to be more than a round trip). */
const ROUND_TRIP: Ms = 500;

/**
 * Drains a server of `node:http2`, and its clients of HTTP/1.1 where `allowHTTP1` lets them in.
 *
 * - `unready`: every session is told GOAWAY with the highest number, which refuses nothing: clients open new streams over
 *   new sessions, and what comes is served
 * - `stop-intake`: so are sessions that came later; those that know are closed for new streams; others get 503 with
 *   `Retry-After`
 * - `finish`: waits for the streams that are open, and then until nobody comes any longer
 * - `close`: closes the server, and what is still open when there is no time left
 */
export function drainHttp2Server(
  server: Http2Server | Http2SecureServer,
  { retryAfter = 5, quiet = 1_000 }: HttpOptions = {},
): Drainable {
  /** Every session, and whether it was told. */
  const sessions = new Map<ServerHttp2Session, boolean>();
  const streams = createHand<{ readonly key: string }>(({ key }) => key);
  let opened = 0;
  let [ending, refusing] = [false, false];
  const counts = { served: 0, aborted: 0, refused: 0 };

  const onSession = (session: ServerHttp2Session): void => {
    sessions.set(session, false);
    session.once("close", () => sessions.delete(session));
  };
  const tellAll = (): void => {
    for (const [session, told] of sessions) {
      if (told) continue;
      sessions.set(session, true);
      session.goaway(0, ALL_STREAMS);
    }
  };
  const take = (): Taken => {
    const one = { key: String((opened += 1)) };
    streams.take(one);
    return {
      release(ok) {
        if (ending) counts[ok ? "served" : "aborted"] += 1;
        streams.release(one);
      },
    };
  };
  const onStream = (stream: ServerHttp2Stream): void => {
    const { release } = take();
    stream.once("close", () => release(stream.rstCode === 0));
  };
  const onRefused = (): void => {
    counts.refused += 1;
    opened += 1;
  };
  const http1 = createHttp1Within(retryAfter, take, onRefused);
  const refuse = (stream: ServerHttp2Stream): void => {
    onRefused();
    stream.on("error", () => {});
    stream.respond({ ":status": 503, "retry-after": String(retryAfter) });
    stream.end();
  };

  hearFirst(server, {
    session: onSession,
    stream(stream: ServerHttp2Stream) {
      (refusing ? refuse : onStream)(stream);
      return refusing;
    },
    request: http1.request,
  });

  return {
    unready() {
      ending = true;
      http1.end(true);
      tellAll();
    },
    async "stop-intake"({ wait }) {
      ending = true;
      http1.end(true);
      tellAll();
      await wait(ROUND_TRIP);
      refusing = true;
      http1.refuse(true);
      for (const [session, told] of sessions) if (told) session.close();
    },
    async finish(context) {
      const { signal, note } = context;
      const inFlight = streams.held().length;
      await Promise.race([streams.empty(), aborted(signal)]);
      await untilQuiet(context, () => opened, quiet);
      note(`${inFlight} streams open, ${counts.served} served, ${counts.aborted} given up, ${counts.refused} refused`);
      if (streams.held().length > 0) note(`${streams.held().length} cut off`);
    },
    async close({ signal }) {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions.keys()) session.close();
      http1.destroy(false);
      await Promise.race([closed, aborted(signal)]);
      for (const session of sessions.keys()) session.destroy();
      http1.destroy(true);
    },
    resume() {
      ending = refusing = false;
      http1.end(false);
      http1.refuse(false);
      for (const session of sessions.keys()) sessions.set(session, false);
    },
  };
}
