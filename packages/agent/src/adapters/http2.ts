import type { Http2SecureServer, Http2Server, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Ms } from "../clock.ts";
import type { Drainable } from "../drain/phases.ts";
import { aborted } from "./aborted.ts";
import { hearFirst } from "./hear-first.ts";
import { createHttp1, type HttpOptions } from "./http1.ts";
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
export function drainHttp2Server(server: Http2Server | Http2SecureServer, options: HttpOptions = {}): Drainable {
  const { retryAfter = 5, quiet = 1_000 } = options;
  /** Every session, and whether it was told. */
  const sessions = new Map<ServerHttp2Session, boolean>();
  const streams = new Set<ServerHttp2Stream>();
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

  const [http1, events, opened1, endHttp1] = createHttp1(options);
  // The server tells of streams by `request` and the like too.
  const ofHttp1 = Object.entries(events).map(([event, hear]) => [
    event,
    (...[request, response]: Parameters<typeof hear>) => request.httpVersionMajor === 1 && hear(request, response),
  ]);
  hearFirst(server, {
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
      tellAll();
      await http1.unready(context);
    },
    async "stop-intake"({ wait }) {
      ending = true;
      tellAll();
      await wait(ROUND_TRIP);
      refusing = true;
      for (const [session, told] of sessions) if (told) session.close();
      await http1["stop-intake"]();
    },
    async finish(context) {
      const { note } = context;
      const inFlight = streams.size;
      const own = untilQuiet(
        context,
        () => opened,
        quiet || 50,
        () => streams.size,
      );
      await Promise.all([own, http1.finish(context)]);
      note(`${inFlight} streams open, ${counts.served} served, ${counts.aborted} given up, ${counts.refused} refused`);
      if (streams.size > 0 && !context.calledOff) note(`${streams.size} cut off`);
    },
    async close({ signal }) {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions.keys()) session.close();
      endHttp1();
      await Promise.race([closed, aborted(signal)]);
      for (const session of sessions.keys()) session.destroy();
      endHttp1(true);
    },
    resume() {
      ending = refusing = false;
      http1.resume();
      for (const session of sessions.keys()) sessions.set(session, false);
    },
  };
}
