import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface ConnectProxy {
  readonly port: number;
  /** Without a user: `http://127.0.0.1:port`. */
  readonly url: string;
  /** The hosts and ports that were asked for, with who asked; all that a proxy sees of TLS. */
  readonly asked: { readonly host: string; readonly authorization: string | undefined }[];
  /** Answers this status instead of opening a tunnel, from now on; null: it opens tunnels. */
  refuse(status: number | null): void;
  close(): Promise<void>;
}

/** A real HTTP proxy: each tunnel ends at the server on `port` of this machine, whatever its name. */
export async function startProxy(port: number): Promise<ConnectProxy> {
  const asked: ConnectProxy["asked"] = [];
  const sockets = new Set<Socket>();
  let status: number | null = null;
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", ({ url = "", headers }, client) => {
    asked.push({ host: url, authorization: headers["proxy-authorization"] });
    if (status !== null) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    for (const one of [upstream, client]) one.on("error", () => one.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  return {
    port: own,
    url: `http://127.0.0.1:${own}`,
    asked,
    refuse: (code) => (status = code),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
