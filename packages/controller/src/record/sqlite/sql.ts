import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/**
 * One connection, its statements prepared once. Rows are trusted: this program wrote them. A text has its limit as a
 * number, never as a parameter: SQLite plans by the limit, and prepares the statement again each time one is bound.
 */
export interface Sql {
  run(text: string, ...values: readonly SQLInputValue[]): void;
  /** Answers the new row's number. */
  insert(text: string, ...values: readonly SQLInputValue[]): number;
  one<Row>(text: string, ...values: readonly SQLInputValue[]): Row | undefined;
  all<Row>(text: string, ...values: readonly SQLInputValue[]): readonly Row[];
}

/** There are some thirty texts, and as many as there are combinations of an archive's filters. */
const MOST_PREPARED = 200;

/** @param db is used until it is closed; statements live as long. */
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
