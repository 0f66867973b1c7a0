import type { ListedEntry } from '@kvtwin/hustdb-protocol';
import type { Page } from './node-storage.js';
import type { StorageView } from './storage-view.js';
import type { TableType } from './stored-record.js';

/** Tasks that `task_status` remembers, as a real node. */
const REMEMBERED = 3;

/** What is exported, and what listings from it must ask for in the very same way. */
export interface ExportScope {
  /** A table, or else a file. */
  readonly table?: string | undefined;
  readonly file?: number | undefined;
  readonly start: number;
  readonly end: number;
  readonly values: boolean;
}

/** How an export is asked for. `size` 0: everything. */
export interface ExportDemand extends ExportScope {
  readonly offset: number;
  readonly size: number;
  /** Whether a snapshot that is there is replaced. */
  readonly cover: boolean;
}

/** `exists`: there is a snapshot, and it is not to be covered. `busy`: another export is under way. */
export type ExportReply = { readonly token: string } | 'exists' | 'busy' | 'wrong-table' | 'invalid';

/** What exports are made of. */
export interface NodeExportsOptions {
  readonly storage: StorageView;
  readonly fileCount: number;
  /** Bytes of keys and values of all snapshots; the oldest ones beyond it are dropped. */
  readonly maxBytes: number;
  nowMs(): number;
}

/** A page of a snapshot. */
export interface ExportedPage {
  readonly entries: readonly ListedEntry[];
  readonly total: number;
}

interface Snapshot {
  readonly entries: readonly ListedEntry[];
  readonly bytes: number;
}

/**
 * Snapshots of tables and files, to list from while the data change (`async=true`). One is made at a time. They are kept in
 * memory, the newest ones up to `maxBytes` of keys and values.
 */
export class NodeExports {
  readonly #storage: StorageView;
  readonly #fileCount: number;
  readonly #maxBytes: number;
  readonly #nowMs: () => number;
  /** Oldest first. */
  readonly #snapshots = new Map<string, Snapshot>();
  #tasks: { readonly token: string; over: boolean }[] = [];
  #running = false;
  #done = 0;
  #lastToken = 0;

  constructor({ storage, fileCount, maxBytes, nowMs }: NodeExportsOptions) {
    this.#storage = storage;
    this.#fileCount = fileCount;
    this.#maxBytes = maxBytes;
    this.#nowMs = nowMs;
  }

  /** Answers at once; the snapshot is there when {@link status} says so. */
  async export(demand: ExportDemand): Promise<ExportReply> {
    if (this.#running) return 'busy';
    const { table, file = 0 } = demand;
    if (table === undefined && (file < 0 || file >= this.#fileCount)) return 'invalid';
    this.#running = true;
    let under = false;
    try {
      const name = nameOf(demand);
      if (this.#snapshots.has(name) && !demand.cover) return 'exists';
      const type =
        demand.table === undefined ? undefined : (await this.#storage.countTable(demand.table))?.type;
      if (demand.table !== undefined && type === undefined) return 'wrong-table';
      const token = this.#nextToken();
      const task = { token, over: false };
      this.#tasks = [...this.#tasks, task].slice(-REMEMBERED);
      under = true;
      void this.#make(demand, type, name).finally(() => {
        task.over = true;
        this.#done++;
        this.#running = false;
      });
      return { token };
    } finally {
      if (!under) this.#running = false;
    }
  }

  /** Undefined where there is no snapshot of that scope, or nothing in it from there on. */
  list(scope: ExportScope, { offset, size }: Pick<Page, 'offset' | 'size'>): ExportedPage | undefined {
    const entries = this.#snapshots.get(nameOf(scope))?.entries;
    if (entries === undefined || offset >= entries.length) return undefined;
    return { entries: entries.slice(offset, offset + size), total: entries.length };
  }

  /** 1 it runs, 2 it is over, 3 not known. (0, it waits, does not happen here.) */
  status(token: string): 1 | 2 | 3 {
    const task = this.#tasks.find((each) => each.token === token);
    if (task === undefined) return 3;
    return task.over ? 2 : 1;
  }

  /** As `task_info` tells it, in its spelling. */
  info(): { readonly undo: string; readonly doning: number; readonly done: number } {
    return { undo: '0', doning: this.#running ? 1 : 0, done: this.#done };
  }

  async #make(demand: ExportDemand, type: TableType | undefined, name: string): Promise<void> {
    const entries = await this.#entriesOf(demand, type).catch(() => undefined);
    if (entries === undefined) return;
    if (demand.table === undefined) this.#dropOtherFiles(demand);
    this.#snapshots.delete(name);
    this.#snapshots.set(name, { entries, bytes: bytesOf(entries) });
    let bytes = 0;
    for (const [each, snapshot] of [...this.#snapshots].reverse()) {
      bytes += snapshot.bytes;
      if (bytes > this.#maxBytes) this.#snapshots.delete(each);
    }
  }

  async #entriesOf(
    { table, file, offset, size, start, end, values }: ExportDemand,
    type: TableType | undefined,
  ): Promise<ListedEntry[] | undefined> {
    const page = { offset, size: size === 0 ? Number.MAX_SAFE_INTEGER - offset : size, start, end, values };
    if (table === undefined) return this.#storage.listFile(file ?? 0, page);
    return type === 'Z' ? this.#storage.listRanked(table, page) : this.#storage.listTable(table, page, type);
  }

  /** As a real node: of one range, the files' snapshots replace each other. */
  #dropOtherFiles(demand: ExportDemand): void {
    const suffix = rangeOf(demand);
    for (const name of [...this.#snapshots.keys()]) {
      if (name.startsWith('file ') && name.endsWith(suffix)) this.#snapshots.delete(name);
    }
  }

  /** Microseconds, as a real node counts them; never the same twice. */
  #nextToken(): string {
    this.#lastToken = Math.max(this.#lastToken + 1, Math.floor(this.#nowMs()) * 1000);
    return String(this.#lastToken);
  }
}

function nameOf(scope: ExportScope): string {
  const what = scope.table === undefined ? `file ${scope.file ?? 0}` : `table ${scope.table}`;
  return `${what}${rangeOf(scope)}`;
}

function rangeOf({ start, end, values }: ExportScope): string {
  return `[${start}-${end}].${values ? 'kv' : 'k'}`;
}

function bytesOf(entries: readonly ListedEntry[]): number {
  return entries.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
}
