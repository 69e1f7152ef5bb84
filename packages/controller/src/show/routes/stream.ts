import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { ServerResponse } from "node:http";
import type { Clock, Ms } from "../../clock.ts";
import type { ShowApp, ShowLog } from "../deps.ts";
import type { Bus, BusEvent } from "../bus.ts";
import { SECURITY_HEADERS } from "../middleware.ts";
import { Refusal } from "../problem.ts";

/** Maximum number of live readers; each may use up to `MOST_UNREAD`. */
const MOST_READERS = 32;
/** Maximum number of unread bytes. A slower reader is disconnected; it reconnects, and fetches everything again. */
const MOST_UNREAD = 2 * 1024 * 1024;
/**
 * Interval of heartbeats: proxies close a connection after a silent minute, and a lost reader is only noticed by a
 * write.
 */
const HEARTBEAT: Ms = 15_000;
const RECONNECT: Ms = 2_000;

/** The readers of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface Streams {
  /** Adds a reader with its response. Throws SK-SHOW-BUSY. */
  open(out: ServerResponse, lastEventId: string | undefined): void;
  /** Ends all readers, and later ones at once. */
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
    out.on("error", () => out.destroy()); // the reader has disconnected
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

/** Formats an event. JSON has no line breaks, so one `data` line is enough. */
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
