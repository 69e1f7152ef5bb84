import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What becomes of a request. `ok`: it was answered whole. */
export interface Taken {
  release(ok: boolean): void;
}

/** The requests that come to a server of `node:http2` over HTTP/1.1, which `allowHTTP1` lets in. */
export interface Http1Within {
  /** Hears of every request, and whether it is one of these that was refused. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /** From now on each connection ends with its next response; or no longer. */
  end(ending: boolean): void;
  /** From now on requests get 503; or no longer. */
  refuse(refusing: boolean): void;
  /** Destroys the connections that are idle; or all. */
  destroy(all: boolean): void;
}

export function createHttp1Within(retryAfter: number, take: () => Taken, onRefused: () => void): Http1Within {
  const connections = new Map<Socket, Set<ServerResponse>>();
  let [ending, refusing] = [false, false];

  const responsesOf = (socket: Socket): Set<ServerResponse> => {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const responses = new Set<ServerResponse>();
    connections.set(socket, responses);
    socket.once("close", () => connections.delete(socket));
    return responses;
  };
  const endWith = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("connection", "close");
  };
  const answer = (response: ServerResponse): void => {
    response.writeHead(503, { "retry-after": String(retryAfter), connection: "close" });
    response.end("This instance is going away: try again.\n");
  };

  return {
    request(request, response) {
      if (request.httpVersionMajor > 1) return false;
      const responses = responsesOf(request.socket).add(response);
      const taken = refusing ? null : take();
      response.once("close", () => {
        responses.delete(response);
        taken?.release(response.writableFinished);
      });
      if (ending) endWith(response);
      if (taken !== null) return false;
      onRefused();
      // A connection that is closed with its request half read is reset, and the client never sees the answer.
      request.once("end", () => answer(response)).resume();
      return true;
    },
    end(now) {
      ending = now;
      if (now) for (const responses of connections.values()) responses.forEach(endWith);
    },
    refuse: (now) => void (refusing = now),
    destroy(all) {
      for (const [socket, { size }] of connections) if (all || size === 0) socket.destroy();
    },
  };
}
