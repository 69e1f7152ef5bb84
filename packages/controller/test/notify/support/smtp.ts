import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import type { Answer } from "../channel-contract.ts";

export interface SmtpReceiver {
  readonly port: number;
  /** Mails that were taken, parsed back, and as they came. */
  readonly mails: { readonly parsed: ParsedMail; readonly raw: string; readonly encrypted: boolean }[];
  /** How it answers from now on: `busy` greylists, `slow` hangs in the middle of DATA. */
  answer(how: Answer): void;
  /** How it answers to a recipient from now on; null: it takes mail for it. */
  refuse(address: string, code: number | null): void;
  /** To whom each mail was taken, as in its envelope. */
  readonly envelopes: (readonly string[])[];
  close(): Promise<void>;
}

interface Options {
  readonly user: string;
  readonly password: string;
  /** Offer no STARTTLS. */
  readonly plain?: boolean;
}

const failure = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

/** A real SMTP server: STARTTLS with a certificate of its own, AUTH, greylisting, refusals, and one that hangs. */
export async function startSmtp({ user, password, plain = false }: Options): Promise<SmtpReceiver> {
  const mails: SmtpReceiver["mails"] = [];
  const sockets = new Set<Socket>();
  const envelopes: (readonly string[])[] = [];
  const refused = new Map<string, number>();
  let how: Answer = "ok";
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: plain ? ["STARTTLS"] : [],
    logger: false,
    onAuth(auth, _session, done) {
      if (how === "denied" || auth.username !== user || auth.password !== password)
        return done(failure(535, `5.7.8 ${auth.password} is wrong`));
      done(null, { user });
    },
    onMailFrom(_address, _session, done) {
      if (how === "busy") return done(failure(451, "4.7.1 greylisted, come back later"));
      if (how === "broken") return done(failure(421, "4.3.2 going down"));
      if (how === "gone") return done(failure(550, `5.1.1 nobody, ${password}`));
      done();
    },
    onRcptTo({ address }, _session, done) {
      const code = refused.get(address);
      done(
        code === undefined
          ? null
          : failure(code, `${code >= 500 ? "5.1.1 no such user" : "4.7.1 greylisted"} ${address}`),
      );
    },
    onData(stream, session, done) {
      if (how === "slow") return void stream.resume();
      if (how === "reset") {
        for (const socket of sockets) socket.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        simpleParser(raw, {}, (error: unknown, parsed) => {
          if (error instanceof Error) return done(error);
          mails.push({ parsed, raw, encrypted: session.secure });
          envelopes.push(session.envelope.rcptTo.map(({ address }) => address));
          done();
        });
      });
    },
  });
  server.on("error", () => {}); // connections that tests break off
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    envelopes,
    answer: (next) => (how = next),
    refuse: (address, code) => void (code === null ? refused.delete(address) : refused.set(address, code)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
