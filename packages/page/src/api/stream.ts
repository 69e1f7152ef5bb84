import { pause } from "../time/browser-clock.ts";
import { headers } from "./ask.ts";

export interface StreamEvent {
  readonly topic: "incident" | "entry" | "alert" | "reset";
  /** The id of the incident that the event is about, where it is about one. */
  readonly incident: string | null;
}

export type Connection = "connecting" | "live" | "lost";

const AGAIN_AFTER = 2_000;

/**
 * Follows the live stream until the signal is aborted; connects again after a break. By fetch, since EventSource sends
 * no token.
 */
export async function follow(
  onEvent: (event: StreamEvent) => void,
  onConnection: (state: Connection) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = "";
  for (let broken = false; !signal.aborted; broken = true) {
    // The worker keeps only the latest events, so that some may be missing: everything is asked again.
    if (broken) onEvent({ topic: "reset", incident: null });
    try {
      const given = last === "" ? headers() : { ...headers(), "last-event-id": last };
      const response = await fetch("/api/v1/stream", { headers: given, signal });
      if (!response.ok || response.body === null) throw new Error("no stream");
      onConnection("live");
      const parse = parser((event, id) => {
        last = id;
        onEvent(event);
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) parse(part.value);
    } catch {
      // The next round connects again.
    }
    if (signal.aborted) return;
    onConnection("lost");
    await pause(AGAIN_AFTER);
  }
}

/** Parses server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function parser(onEvent: (event: StreamEvent, id: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const frames = (rest + text).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const fields = new Map(frame.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]));
      const topic = fields.get("event");
      if (topic !== "incident" && topic !== "entry" && topic !== "alert" && topic !== "reset") continue;
      onEvent({ topic, incident: incidentOf(fields.get("data") ?? "") }, fields.get("id") ?? "");
    }
  };
}

function incidentOf(data: string): string | null {
  try {
    const body = JSON.parse(data) as { readonly id?: unknown; readonly incident?: unknown };
    const id = body.incident ?? body.id;
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
}
