import { z } from "zod";
import { isRange } from "../../http/addresses.ts";
import { list, secret, url } from "../../fields.ts";
import { resolvable } from "./resolvable.ts";

/** `host:port`, or `[::1]:port`. Port 0 means any free port. */
const LISTEN = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})$/;
const LOOPBACK = /^((::ffff:)?127(\.\d{1,3}){3}|localhost|::1)$/;
const error = "an address and a port, such as 127.0.0.1:8787";

const partsOf = (address: string): { readonly host: string; readonly port: number } => {
  const [, host = "", port] = LISTEN.exec(address) ?? [];
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
};

const listen = z
  .string({ error })
  .regex(LISTEN, { error, abort: true })
  .refine((address) => partsOf(address).port <= 65_535, { error, abort: true })
  .describe(error);

/** The HTTP API and its live stream. */
export const show = z
  .strictObject({
    listen: listen.default("127.0.0.1:8787"),
    /** URL for people, used in alerts; null means alerts have no links. */
    url: url("the address at which people reach it").nullable().default(null),
    /** Proxies, load balancers and NATs with many clients: the limit for one address does not apply to them. */
    proxies: list(
      z.string().refine(isRange, { error: "an address or a range of addresses, such as 10.0.0.0/8" }),
      "addresses and ranges of proxies",
      0,
      50,
    ).default([]),
    auth: z
      .strictObject({
        /** Accepted tokens (`Authorization: Bearer …`); two tokens allow a rotation. */
        tokens: list(secret(), "references to tokens", 1, 20),
      })
      .nullable()
      .default(null),
  })
  .refine(({ listen: address, auth }) => auth !== null || LOOPBACK.test(partsOf(address).host), {
    path: ["listen"],
    error: "a loopback address, or show.auth.tokens: any other address needs authentication",
  })
  .superRefine(resolvable);
