import type { Http2SecureServer, Http2Server, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Ms } from "../clock.ts";
import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";
import { interceptEvents } from "./intercept-events.ts";
import { createHttp1, type HttpOptions } from "./http1.ts";
import { untilQuiet } from "./until-quiet.ts";

/**
 * The highest possible stream number. GOAWAY with it says: "this session ends, and nothing that you have sent is
 * refused" (RFC 9113, 6.8).
 */
const ALL_STREAMS = 2 ** 31 - 1;

/** Time for a GOAWAY to arrive before the session refuses new streams (assumed to be more than a round trip). */
const ROUND_TRIP: Ms = 500;

/**
 * Drains a server of `node:http2`, and its HTTP/1.1 clients if `allowHTTP1` is set.
 *
 * - `unready`: sends GOAWAY with the highest stream number to each session, which refuses nothing: clients open new
 *   streams on new sessions. All streams are served
 * - `stop-intake`: sends the same GOAWAY to newer sessions. Sessions that got it are closed for new streams; streams on
 *   other sessions get 503 with `Retry-After`
 * - `finish`: waits for the open streams, and then until no new ones arrive
 * - `close`: closes the server, and all remaining sessions when there is no time left
 */
export function drainHttp2Server(server: Http2Server | Http2SecureServer, options: HttpOptions = {}): Drainable {
  const { retryAfter = 5, quiet = 1_000 } = options;
  /** Every session, and whether GOAWAY was sent to it. */
  const sessions = new Map<ServerHttp2Session, boolean>();
  const streams = new Set<ServerHttp2Stream>();
  let opened = 0;
  let [ending, refusing] = [false, false];
  const counts = { served: 0, aborted: 0, refused: 0 };

  const onSession = (session: ServerHttp2Session): void => {
    sessions.set(session, false);
    session.once("close", () => sessions.delete(session));
  };
  const sendGoAway = (): void => {
    for (const [session, notified] of sessions) {
      if (notified) continue;
      sessions.set(session, true);
      session.goaway(0, ALL_STREAMS);
    }
  };
  const onStream = (stream: ServerHttp2Stream): void => {
    opened += 1;
    streams.add(stream);
    stream.once("close", () => {
      if (ending) counts[stream.rstCode === 0 ? "served" : "aborted"] += 1;
      streams.delete(stream);
    });
  };
  const refuse = (stream: ServerHttp2Stream): void => {
    counts.refused += 1;
    opened += 1;
    stream.on("error", () => {});
    stream.respond({ ":status": 503, "retry-after": String(retryAfter) });
    stream.end();
  };

  const [http1, events, opened1, closeHttp1] = createHttp1(options);
  // The server emits `request` and similar events for HTTP/2 streams too; skip those.
  const ofHttp1 = Object.entries(events).map(([event, handler]) => [
    event,
    (...[request, response]: Parameters<typeof handler>) =>
      request.httpVersionMajor === 1 && handler(request, response),
  ]);
  interceptEvents(server, {
    ...(Object.fromEntries(ofHttp1) as typeof events),
    session: onSession,
    secureConnection(socket: TLSSocket) {
      if (socket.alpnProtocol !== "h2") opened1(socket);
    },
    stream(stream: ServerHttp2Stream) {
      (refusing ? refuse : onStream)(stream);
      return refusing;
    },
  });

  return {
    async unready(context) {
      ending = true;
      sendGoAway();
      await http1.unready(context);
    },
    async "stop-intake"({ wait }) {
      ending = true;
      sendGoAway();
      await wait(ROUND_TRIP);
      refusing = true;
      for (const [session, notified] of sessions) if (notified) session.close();
      await http1["stop-intake"]();
    },
    async finish(context) {
      const { note } = context;
      const inFlight = streams.size;
      const http2Quiet = untilQuiet(
        context,
        () => opened,
        quiet || 50,
        () => streams.size,
      );
      await Promise.all([http2Quiet, http1.finish(context)]);
      note(`${inFlight} streams open, ${counts.served} served, ${counts.aborted} given up, ${counts.refused} refused`);
      if (streams.size > 0 && !context.calledOff) note(`${streams.size} cut off`);
    },
    async close({ signal }) {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions.keys()) session.close();
      closeHttp1();
      await Promise.race([closed, aborted(signal)]);
      for (const session of sessions.keys()) session.destroy();
      closeHttp1(true);
    },
    resume() {
      ending = refusing = false;
      http1.resume();
      for (const session of sessions.keys()) sessions.set(session, false);
    },
  };
}
