import { filtersIn, type Search } from "./filters.ts";

/** A range and filters under a name, in this browser. */
export interface SavedView {
  readonly name: string;
  readonly search: Search;
}

/** Where saved views are kept: `localStorage`. */
export type Store = Pick<Storage, "getItem" | "setItem">;

const KEY = "spotkeeper-views";
const MOST = 50;

/** Returns the saved views, by name; what is not understood is left out. */
export function savedViews(store: Store): readonly SavedView[] {
  try {
    const all: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    if (!Array.isArray(all)) return [];
    return all.flatMap((one: unknown): SavedView[] => {
      if (typeof one !== "object" || one === null || !("name" in one) || !("search" in one)) return [];
      const { name, search } = one;
      const usable = typeof name === "string" && name !== "" && typeof search === "object" && search !== null;
      return usable ? [{ name, search: filtersIn({ ...search }) }] : [];
    });
  } catch {
    return [];
  }
}

/** Saves a view; one with the same name is replaced. */
export function saveView(store: Store, view: SavedView): readonly SavedView[] {
  const others = savedViews(store).filter(({ name }) => name !== view.name);
  return write(store, [...others, view].toSorted((a, b) => a.name.localeCompare(b.name)).slice(0, MOST));
}

export const removeView = (store: Store, name: string): readonly SavedView[] =>
  write(
    store,
    savedViews(store).filter((one) => one.name !== name),
  );

function write(store: Store, views: readonly SavedView[]): readonly SavedView[] {
  store.setItem(KEY, JSON.stringify(views));
  return views;
}
