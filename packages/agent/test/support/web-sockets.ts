import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { WebSocket, WebSocketServer } from "ws";

export async function serveWebSockets(): Promise<{ readonly server: WebSocketServer; readonly url: string }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function open(url: string): Promise<WebSocket> {
  const client = new WebSocket(url);
  await once(client, "open");
  return client;
}

/** Clients that hear it ask nothing more. */
export const GOING = "going away";

export interface Talk {
  /** From now on latencies are kept. */
  draining(): void;
  readonly answered: () => number;
  /** Resolves when every connection is closed. */
  stop(): Promise<{ readonly unanswered: number; readonly latencies: readonly number[] }>;
}

/** 200 clients, each of which asks again when it has its answer, some milliseconds later. */
export async function startTalk(server: WebSocketServer, url: string): Promise<Talk> {
  server.on("connection", (socket) =>
    socket.on("message", () => setTimeout(() => socket.send("answer"), 5 + Math.random() * 20)),
  );
  const latencies: number[] = [];
  let [asked, answered, keeping] = [0, 0, false];
  const talk = async (client: WebSocket): Promise<void> => {
    let [stopped, at] = [false, 0];
    const ask = (): void => {
      if (stopped) return;
      asked += 1;
      at = performance.now();
      client.send("question");
    };
    client.on("message", (data: Buffer) => {
      if (data.toString() === GOING) return void (stopped = true);
      answered += 1;
      if (keeping) latencies.push(performance.now() - at);
      ask();
    });
    ask();
    await once(client, "close");
  };
  const talks = (await Promise.all(Array.from({ length: 200 }, () => open(url)))).map(talk);
  return {
    draining: () => void (keeping = true),
    answered: () => answered,
    async stop() {
      await Promise.all(talks);
      return { unanswered: asked - answered, latencies };
    },
  };
}
