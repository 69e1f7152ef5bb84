import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/**
 * One connection with cached prepared statements. Rows are not validated, since only this program writes them. Write a
 * LIMIT as a number into the text, never as a parameter: SQLite's plan depends on it, so a bound limit prepares the
 * statement again each time.
 */
export interface Sql {
  run(text: string, ...values: readonly SQLInputValue[]): void;
  /** Returns the id of the new row. */
  insert(text: string, ...values: readonly SQLInputValue[]): number;
  one<Row>(text: string, ...values: readonly SQLInputValue[]): Row | undefined;
  all<Row>(text: string, ...values: readonly SQLInputValue[]): readonly Row[];
}

/** Bound of cached statements. There are about thirty texts, and one for each combination of the archive's filters. */
const MOST_PREPARED = 200;

/** @param db used until it is closed */
export function createSql(db: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>();
  function statement(text: string): StatementSync {
    const found = prepared.get(text);
    if (found !== undefined) return found;
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    const made = db.prepare(text);
    prepared.set(text, made);
    return made;
  }
  return {
    run: (text, ...values) => void statement(text).run(...values),
    insert: (text, ...values) => Number(statement(text).run(...values).lastInsertRowid),
    one: <Row>(text: string, ...values: readonly SQLInputValue[]) => statement(text).get(...values) as Row | undefined,
    all: <Row>(text: string, ...values: readonly SQLInputValue[]) => statement(text).all(...values) as Row[],
  };
}
