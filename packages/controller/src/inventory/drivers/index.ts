import type { InventoryFactory } from "../inventory.ts";
import { sqliteInventory } from "./sqlite.ts";

/** Registry of inventory drivers, by the `driver` in the config. A driver is one file here, and one line. */
export const inventories = { sqlite: sqliteInventory } satisfies Record<string, InventoryFactory>;
