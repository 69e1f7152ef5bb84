import { resolve } from "node:path";
import type { z } from "zod";
import { chosenFrom } from "../../drivers.ts";
import { inventories } from "../../inventory/drivers/index.ts";
import { archives } from "../../record/archive/index.ts";
import { ledgers } from "../../record/ledger/index.ts";
import { resolvable } from "./resolvable.ts";

/** The store of open work. */
export const ledger = chosenFrom(ledgers, "driver").superRefine(resolvable);

/** The archive of closed incidents. */
export const archive = chosenFrom(archives, "driver").superRefine(resolvable);

/** The store of the inventory, so that a restart is warm. */
export const inventory = chosenFrom(inventories, "driver").superRefine(resolvable);

type Store = "ledger" | "archive" | "inventory";

/** Rejects stores with the same file: each wants a database of its own. */
export function ownFiles(config: { readonly [S in Store]: object }, context: z.RefinementCtx): void {
  const seen = new Map<string, Store>();
  for (const store of ["ledger", "archive", "inventory"] as const) {
    const options = config[store];
    if (!("file" in options) || typeof options.file !== "string" || options.file === ":memory:") continue;
    const path = resolve(options.file);
    const other = seen.get(path);
    if (other === undefined) seen.set(path, store);
    else
      context.addIssue({
        code: "custom",
        path: [store, "file"],
        message: `a file of its own; ${other}.file is the same file`,
      });
  }
}
