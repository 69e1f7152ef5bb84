import { z } from "zod";
import { isAllowable } from "../../../http/addresses.ts";

/**
 * What options of several channels are made of. Any form of reference is taken here; the config knows which can be
 * resolved (config/sections/channels.ts).
 */
const REFERENCE = /^\$\{[a-z]+:[^}]+\}$/;

export const isReference = (text: string): boolean => REFERENCE.test(text);

/** A secret, by reference only. */
export const reference: z.ZodString = z
  .string()
  .regex(REFERENCE, "wants a reference such as ${env:NAME}, never the secret itself");

/** A URL, or a reference to one that holds a secret. */
export const urlOrReference: z.ZodString = z
  .string()
  .refine((text) => isReference(text) || URL.canParse(text), "wants a URL, or ${env:NAME} for one");

/** What may be called although it is not public. http instead of https is allowed for hosts that are named here. */
export const allow: z.ZodOptional<z.ZodArray<z.ZodString>> = z
  .array(z.string().refine(isAllowable, "wants a host name, an address or a range such as 10.0.0.0/8"))
  .optional();
