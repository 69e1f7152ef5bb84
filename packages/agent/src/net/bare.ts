import { connect, type Socket } from "node:net";
import { codeOf, messageOf } from "../errors.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { type CreateSend, LONGEST_ANSWER, SILENT } from "./send.ts";

/** A connection to one host. `read` is called with each text received, with an error, or with null when the connection closes. */
interface Connection {
  readonly socket: Socket;
  read(event: string | Error | null): void;
}

const open = (url: URL): Connection => {
  // A URL has an IPv6 address in brackets; `connect` wants it without.
  const socket = connect(Number(url.port) || 80, url.hostname.replace(/[[\]]/g, ""));
  const connection: Connection = { socket, read: () => {} };
  // In `latin1`, one character is one byte.
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => connection.read(text));
  socket.on("error", (error) => connection.read(error));
  socket.on("close", () => connection.read(null));
  return connection;
};

/**
 * Creates a `Send` that polls over plain HTTP, for requests without a body. It writes to TCP connections itself and keeps
 * them open. That takes half the CPU time of `node:http`, which is most of the CPU time of an idle daemon
 * (docs/decisions/0046).
 */
export const createBareSend: CreateSend = (clock) => {
  /** The connections without a request in flight, by host. Some may be closed. */
  const idle = new Map<string, Connection[]>();

  const take = (url: URL): Connection => {
    const kept = idle.get(url.host) ?? [];
    for (let one = kept.pop(); one !== undefined; one = kept.pop()) if (one.socket.writable) return one;
    return open(url);
  };
  const keep = (url: URL, connection: Connection): void => {
    connection.read = () => {};
    connection.socket.unref();
    const kept = idle.get(url.host);
    if (kept === undefined) idle.set(url.host, [connection]);
    else kept.push(connection);
  };

  return async (method, url, headers, until) => {
    const connection = take(url);
    const { socket } = connection;
    let cancel = (): void => {};
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        // SILENT means that the server has the request. While the connection is not open, the server does not have it.
        const late = (): void => reject(new Error(socket.connecting ? "no connection" : SILENT));
        cancel = clock.setTimer(until, late, true);
        let text = "";
        connection.read = (event) => {
          if (event instanceof Error) return reject(event);
          const answer = readAnswer((text += event ?? ""), event === null);
          if (answer !== null) resolve(answer);
          else if (event === null) reject(new Error("no HTTP answer"));
          else if (text.length > LONGEST_ANSWER) reject(new Error("too long"));
        };
        const fields = { host: url.host, ...(method === "GET" ? {} : { "content-length": "0" }), ...headers };
        const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.ref().write(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`);
      });
      if (answer.isLast) socket.destroy();
      else keep(url, connection);
      return answer.reply;
    } catch (error) {
      socket.destroy();
      return { status: 0, body: messageOf(error), code: codeOf(error) };
    } finally {
      cancel();
    }
  };
};
