import { NodeTable } from './node-table.js';
import type { TableType } from './stored-record.js';

/** Which table is meant: none for kv; a hash where there is no type. */
interface TableSelector {
  readonly table?: string | undefined;
  readonly type?: TableType | undefined;
}

/** The kv space and the tables of a node. A name is of one type at a time. */
export class NodeTables {
  readonly kv = new NodeTable(undefined);
  readonly #named = new Map<string, NodeTable>();
  readonly #maxTables: number;

  constructor(maxTables: number) {
    this.#maxTables = maxTables;
  }

  /** The table of that name and type. */
  find({ table, type = 'H' }: TableSelector): NodeTable | undefined {
    if (table === undefined) return this.kv;
    const found = this.#named.get(table);
    return found?.type === type ? found : undefined;
  }

  findOrMake(selector: TableSelector): NodeTable {
    const found = this.find(selector);
    if (found !== undefined) return found;
    const made = new NodeTable(selector.type ?? 'H');
    this.#named.set(selector.table!, made);
    return made;
  }

  /** The table of that name, whatever its type. */
  named(table: string): NodeTable | undefined {
    return this.#named.get(table);
  }

  isOfAnotherType(selector: TableSelector): boolean {
    return (
      selector.table !== undefined && this.#named.has(selector.table) && this.find(selector) === undefined
    );
  }

  hasRoomFor(selector: TableSelector): boolean {
    return this.find(selector) !== undefined || this.#named.size < this.#maxTables;
  }

  dropIfEmpty(table: string | undefined): void {
    if (table !== undefined && this.#named.get(table)?.records.size === 0) this.#named.delete(table);
  }

  /** In byte order. */
  names(): string[] {
    return [...this.#named.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
}
