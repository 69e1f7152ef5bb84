import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { ServerResponse } from "node:http";
import type { Clock, Ms } from "../../clock.ts";
import type { ShowApp, ShowLog } from "../deps.ts";
import type { Bus, BusEvent } from "../bus.ts";
import { SECURITY_HEADERS } from "../guards.ts";
import { Refusal } from "../problem.ts";

/** Live readers at a time; each may hold as much as `MOST_UNREAD`. */
const MOST_READERS = 32;
/** Bytes that wait for a reader. One that is slower than that is cut off: it comes back, and is told to fetch anew. */
const MOST_UNREAD = 2 * 1024 * 1024;
/** Proxies close what is silent for a minute; and a reader that is gone is only noticed by writing. */
const HEARTBEAT: Ms = 15_000;
const RECONNECT: Ms = 2_000;

/** The readers of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface Streams {
  /** Takes a response over. Throws SK-SHOW-BUSY. */
  open(out: ServerResponse, lastEventId: string | undefined): void;
  /** Ends all of them, and those to come at once. */
  close(): void;
}

export interface StreamsDeps {
  readonly bus: Pick<Bus, "subscribe" | "since">;
  readonly clock: Clock;
  readonly log: ShowLog;
}

export function createStreams({ bus, clock, log }: StreamsDeps): Streams {
  const readers = new Set<ServerResponse>();
  let closed = false;

  function open(out: ServerResponse, lastEventId: string | undefined): void {
    if (closed || readers.size >= MOST_READERS) {
      throw new Refusal("SK-SHOW-BUSY", closed ? "The worker stops." : `${MOST_READERS} are watching already.`, {
        headers: { "retry-after": "5" },
      });
    }
    readers.add(out);
    out.writeHead(200, { ...SECURITY_HEADERS, "content-type": "text/event-stream", "x-accel-buffering": "no" });
    let cancelBeat = (): void => {};
    const send = (text: string): void => {
      if (out.destroyed || out.writableEnded) return;
      out.write(text);
      if (out.writableLength <= MOST_UNREAD) return;
      log.warn({ unread: out.writableLength }, "a reader of the live stream is too slow and was cut off");
      out.destroy();
    };
    const beat = (): void => {
      send(":\n\n");
      cancelBeat = clock.setTimer(clock.now() + HEARTBEAT, beat);
    };
    send(`retry: ${RECONNECT}\n\n`);
    const missed = lastEventId === undefined ? [] : bus.since(lastEventId);
    if (missed === null) send('event: reset\ndata: {"reason":"what came since is no longer known"}\n\n');
    else for (const event of missed) send(frame(event));
    const unsubscribe = bus.subscribe((event) => send(frame(event)));
    cancelBeat = clock.setTimer(clock.now() + HEARTBEAT, beat);
    out.on("error", () => out.destroy()); // it has gone
    out.once("close", () => {
      unsubscribe();
      cancelBeat();
      readers.delete(out);
    });
  }

  return {
    open,
    close() {
      closed = true;
      for (const out of readers) out.end();
    },
  };
}

/** JSON has no line breaks of its own, so that one `data` line is enough. */
const frame = ({ id, topic, data }: BusEvent): string => `id: ${id}\nevent: ${topic}\ndata: ${data()}\n\n`;

export function addStream(app: ShowApp, streams: Streams): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/api/v1/stream",
    summary: "Incidents, journal entries and alerts as they change",
    description:
      "Events `incident`, `entry` and `alert` carry what the other paths answer. After `reset` fetch everything anew.",
    responses: { 200: { description: "Server-sent events", content: { "text/event-stream": {} } } },
  });
  app.get("/api/v1/stream", (c) => {
    if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
    streams.open(c.env.outgoing, c.req.header("last-event-id"));
    return RESPONSE_ALREADY_SENT;
  });
}
