import type { Config } from "../config/schema.ts";
import { openChosen } from "../drivers.ts";
import { noteOf } from "../flow/note-of.ts";
import { inventories } from "../inventory/drivers/index.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Archive } from "../record/archive/archive.ts";
import { archives } from "../record/archive/index.ts";
import { createLedger } from "../record/create-ledger.ts";
import { ledgers } from "../record/ledger/index.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { StoreDeps } from "../store-deps.ts";

export interface Stores {
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly inventory: Inventory;
  close(): Promise<void>;
}

/** Opens the stores of a config. If one cannot be opened, closes the others and rejects with its error. */
export async function openStores(
  config: Pick<Config, "ledger" | "archive" | "inventory">,
  deps: StoreDeps,
): Promise<Stores> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => void (await Promise.all(opened.map((store) => store.close())));
  const keep = <Store extends { close(): Promise<void> }>(store: Store): Store => {
    opened.push(store);
    return store;
  };
  try {
    const archive = keep(await openChosen("the archive", archives, config.archive, deps));
    const inventory = keep(await openChosen("the inventory", inventories, config.inventory, deps));
    const driver = keep(await openChosen("the ledger", ledgers, config.ledger, deps));
    return { ledger: createLedger(driver, { noteOf }), archive, inventory, close };
  } catch (error) {
    // The error of the store that could not be opened is the one to report.
    await close().catch(() => {});
    throw error;
  }
}
