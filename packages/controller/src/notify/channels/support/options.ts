import { z } from "zod";
import { isReference } from "../../../fields.ts";
import { isAllowable } from "../../../http/addresses.ts";

/** A secret, by reference only. */
export const reference: z.ZodString = z
  .string()
  .refine(isReference, "wants a reference such as ${env:NAME}, never the secret itself");

/** A URL, or a reference to a URL that contains a secret. */
export const urlOrReference: z.ZodString = z
  .string()
  .refine((text) => isReference(text) || URL.canParse(text), "wants a URL, or ${env:NAME} for one");

/**
 * Hosts and addresses that may be called although they are not public. For hosts in this list http is allowed, too.
 */
export const allow: z.ZodOptional<z.ZodArray<z.ZodString>> = z
  .array(z.string().refine(isAllowable, "wants a host name, an address or a range such as 10.0.0.0/8"))
  .optional();
