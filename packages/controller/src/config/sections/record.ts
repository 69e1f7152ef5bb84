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
