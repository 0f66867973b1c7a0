import type { UndoneRow } from '@kvtwin/reconcile';
import type { RepairResult, ReplicaPairStore } from '@kvtwin/replica-pair';
import type { Clock, PairRead, Two } from '@kvtwin/versioned-value';
import { draftOf, type MergeDraft, valueOfDraft } from './merge-draft.js';
import { mergedExpiration } from './merged-expiration.js';
import { type PickerView, paneColumns, type ScreenSize, valueRows } from './picker-screen.js';
import { repairText } from './repair-text.js';
import type { Choice, QueuedKey, ResolveItem } from './resolve-item.js';
import { sameSides } from './same-sides.js';
import { takeOf } from './take-of.js';
import { undoText } from './undo-text.js';
import { type ValueView, type ViewMode, viewValues } from './value-view.js';

/** What a {@link Picker} works with. */
export interface PickerParts {
  readonly keys: readonly QueuedKey[];
  readonly names: Two<string>;
  readonly pair: Pick<ReplicaPairStore, 'read' | 'repair'>;
  /** Takes back what was written to a key here; undefined where nothing was. Absent: nothing can be taken back. */
  readonly undo?: (key: Uint8Array) => Promise<UndoneRow['results'] | undefined>;
  /** Has somebody edit a text; undefined where they gave up. */
  readonly edit: (text: string, format: MergeDraft['format']) => Promise<string | undefined>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
  readonly allowUnguarded?: boolean;
  /** Something else is to be seen. */
  readonly onChange: () => void;
}

/** What a key press led to. */
export type Pressed = 'stay' | 'leave';

/** How many keys came to which end. */
export interface PickerCounts {
  readonly written: number;
  readonly ignored: number;
  readonly failed: number;
  readonly open: number;
}

/**
 * The queue of keys to decide about, what is decided, and what is shown of it. Knows no terminal: keys are pressed by
 * name, and the screen is made of {@link view}. Writes nothing before `w`.
 */
export class Picker {
  readonly #parts: PickerParts;
  readonly #items: ResolveItem[];
  readonly #drafts = new Map<ResolveItem, string>();
  #at = 0;
  #size: ScreenSize;
  #mode: ViewMode | undefined;
  #scroll = 0;
  #message = '';
  #help = false;
  #leaving = false;
  #laidOut: { read: PairRead; mode: ViewMode | undefined; columns: number; view: ValueView } | undefined;

  /** `keys` has at least one. */
  constructor(parts: PickerParts, size: ScreenSize) {
    this.#parts = parts;
    this.#size = size;
    this.#items = parts.keys.map((key) => ({ ...key, progress: 'open' }));
  }

  get view(): PickerView {
    return {
      item: this.#item,
      position: this.#at,
      count: this.#items.length,
      names: this.#parts.names,
      nowMs: this.#parts.clock.nowMs(),
      values: this.#values(),
      scroll: this.#scroll,
      message: this.#message,
      help: this.#help,
      decided: this.#items.filter(({ choice }) => choice !== undefined).length,
    };
  }

  get counts(): PickerCounts {
    const count = (progress: ResolveItem['progress']): number =>
      this.#items.filter((item) => item.progress === progress).length;
    return {
      written: count('written'),
      ignored: count('ignored'),
      failed: count('failed'),
      open: count('open'),
    };
  }

  resize(size: ScreenSize): void {
    this.#size = size;
    this.#scrollTo(this.#scroll);
  }

  /** Reads the first key. */
  start(): Promise<void> {
    return this.#show(0);
  }

  /** Does what a key stands for. Rejects when the signal fires. */
  async press(key: string): Promise<Pressed> {
    if (this.#help) {
      this.#help = false;
      return 'stay';
    }
    const leaving = this.#leaving;
    this.#leaving = false;
    if (key === 'q') return this.#leave(leaving);
    const act = this.#actions[key];
    if (act === undefined) this.#message = key === '\n' ? 'w writes what is decided; ? shows the keys' : '';
    else {
      this.#message = '';
      await act();
    }
    return 'stay';
  }

  readonly #actions: Readonly<Record<string, () => void | Promise<void>>> = {
    a: () => this.#take(0),
    b: () => this.#take(1),
    d: () => this.#remove(),
    e: () => this.#edit(),
    i: () => this.#ignore(),
    n: () => this.#move(1),
    p: () => this.#move(-1),
    h: () => this.#setMode(this.#values()?.mode === 'hex' ? undefined : 'hex'),
    t: () => this.#setMode(this.#values()?.mode === 'tree' ? 'text' : 'tree'),
    w: () => this.#write(),
    u: () => this.#undo(),
    r: () => this.#show(this.#at),
    '?': () => {
      this.#help = true;
    },
    up: () => this.#scrollTo(this.#scroll - 1),
    down: () => this.#scrollTo(this.#scroll + 1),
    'page-up': () => this.#scrollTo(this.#scroll - valueRows(this.#size)),
    'page-down': () => this.#scrollTo(this.#scroll + valueRows(this.#size)),
    home: () => this.#scrollTo(0),
    end: () => this.#scrollTo(Number.MAX_SAFE_INTEGER),
  };

  get #item(): ResolveItem {
    return this.#items[this.#at]!;
  }

  #values(): ValueView | undefined {
    const { read } = this.#item;
    if (read === undefined) return undefined;
    const columns = paneColumns(this.#size);
    const known = this.#laidOut;
    if (known?.read === read && known.mode === this.#mode && known.columns === columns) return known.view;
    const view = viewValues(valuesOf(read), this.#mode, columns);
    this.#laidOut = { read, mode: this.#mode, columns, view };
    return view;
  }

  #scrollTo(row: number): void {
    const rows = this.#values()?.rowCount ?? 0;
    this.#scroll = Math.max(0, Math.min(row, rows - valueRows(this.#size)));
  }

  #setMode(mode: ViewMode | undefined): void {
    this.#mode = mode;
    this.#toFirstDifference();
    this.#message = this.#values()?.note ?? '';
  }

  #toFirstDifference(): void {
    const values = this.#values();
    const first = values?.firstDifference ?? 0;
    this.#scrollTo(first < valueRows(this.#size) ? 0 : first - 2);
  }

  async #show(at: number): Promise<void> {
    // Only what is shown or decided is held: a queue is long, and values may be large.
    if (at !== this.#at && this.#item.choice === undefined) delete this.#item.read;
    this.#at = at;
    this.#mode = undefined;
    this.#scroll = 0;
    const item = this.#item;
    const decidedOn = item.choice === undefined ? undefined : item.read;
    delete item.read;
    this.#parts.onChange();
    const { pair, signal, timeoutMs } = this.#parts;
    item.read = await pair.read(item.key, { signal, timeoutMs });
    if (decidedOn !== undefined && !sameSides(decidedOn, item.read)) {
      delete item.choice;
      this.#message = 'it has changed since you decided: decide again';
    }
    this.#toFirstDifference();
    this.#message ||= item.told ?? item.why ?? this.#values()?.note ?? '';
  }

  async #move(by: 1 | -1): Promise<void> {
    const to = this.#at + by;
    if (to < 0) this.#message = 'this is the first key';
    else if (to >= this.#items.length)
      this.#message = this.#items.length === 1 ? 'there is no other key' : 'this is the last key';
    else await this.#show(to);
  }

  async #ignore(): Promise<void> {
    const item = this.#item;
    delete item.choice;
    if (item.progress !== 'written') item.progress = 'ignored';
    if (this.#at + 1 < this.#items.length) await this.#show(this.#at + 1);
    else this.#message = 'left as it is';
  }

  #decide(choice: Choice): void {
    const item = this.#item;
    item.choice = choice;
    item.progress = 'open';
    delete item.told;
    this.#message = 'w writes it; until then nothing is written';
  }

  /** The read that can be decided on; tells why where there is none. */
  #decidable(): PairRead | undefined {
    const { read } = this.#item;
    if (read === undefined) return undefined;
    if (read.kind === 'unreadable') {
      this.#message = 'a side could not be read: r reads again';
      return undefined;
    }
    return read;
  }

  #take(at: 0 | 1): void {
    const read = this.#decidable();
    if (read === undefined) return;
    if (read.sides[at].state === 'present') {
      this.#decide({ kind: at === 0 ? 'first' : 'second' });
      return;
    }
    const { names } = this.#parts;
    this.#message =
      read.kind === 'absent'
        ? 'neither side has it'
        : `${names[at]} has nothing to take; d deletes the copy of ${names[1 - at]}`;
  }

  #remove(): void {
    const read = this.#decidable();
    if (read === undefined) return;
    if (read.kind === 'absent') this.#message = 'neither side has it';
    else this.#decide({ kind: 'removal' });
  }

  async #edit(): Promise<void> {
    const read = this.#decidable();
    if (read === undefined) return;
    const item = this.#item;
    const draft = draftOf(valuesOf(read), this.#parts.names);
    const saved = await this.#parts.edit(this.#drafts.get(item) ?? draft.text, draft.format);
    if (saved === undefined) {
      this.#message = 'the editor failed: nothing is decided';
      return;
    }
    const result = valueOfDraft(saved, draft);
    if ('problem' in result) {
      this.#drafts.set(item, saved);
      this.#message = `${result.problem}. e edits it again`;
      return;
    }
    this.#drafts.delete(item);
    this.#decide({
      kind: 'merge',
      value: result.value,
      ...mergedExpiration(read, this.#parts.clock.nowMs()),
    });
  }

  async #write(): Promise<void> {
    const decided = this.#items.filter(({ choice }) => choice !== undefined);
    if (decided.length === 0) {
      this.#message = 'nothing is decided yet: a, b, e or d';
      return;
    }
    const failed: ResolveItem[] = [];
    for (const [done, item] of decided.entries()) {
      this.#message = decided.length === 1 ? 'writing …' : `writing ${done + 1}/${decided.length} …`;
      this.#parts.onChange();
      if (!(await this.#writeOne(item))) failed.push(item);
    }
    const at = failed.length > 0 ? this.#items.indexOf(failed[0]!) : this.#at;
    this.#message = '';
    await this.#show(at);
    if (decided.length === 1) this.#message = this.#toldOf(decided[0]!);
    else {
      const others = failed.length === 0 ? '' : `, ${failed.length} not: ${failed[0]!.told}`;
      this.#message = `${decided.length - failed.length} written${others}`;
    }
  }

  #toldOf({ progress, told = '' }: ResolveItem): string {
    const canGoBack = progress === 'written' && this.#parts.undo !== undefined;
    return canGoBack ? `${told}. u takes it back` : told;
  }

  async #writeOne(item: ResolveItem): Promise<boolean> {
    const { allowUnguarded, names, pair, signal, timeoutMs } = this.#parts;
    const shown = item.read!;
    const result: RepairResult = await pair.repair(item.key, {
      take: takeOf(item.choice!),
      basedOn: shown,
      allowUnguarded: allowUnguarded === true,
      signal,
      timeoutMs,
    });
    const done = result.outcome === 'repaired' || result.outcome === 'nothing-to-do';
    item.progress = done ? 'written' : 'failed';
    item.told = repairText(result, shown, names);
    delete item.choice;
    return done;
  }

  async #undo(): Promise<void> {
    const item = this.#item;
    this.#message = 'taking back …';
    this.#parts.onChange();
    const results = await this.#parts.undo?.(item.key);
    this.#message = '';
    if (results === undefined) {
      this.#message = 'nothing was written to this key here: i takes back a decision';
      return;
    }
    const text = undoText(results, this.#parts.names);
    delete item.choice;
    item.progress = text.done ? 'open' : 'failed';
    item.told = text.told;
    await this.#show(this.#at);
  }

  #leave(again: boolean): Pressed {
    const { decided } = this.view;
    if (decided === 0 || again) return 'leave';
    this.#leaving = true;
    const what = decided === 1 ? 'a decision is' : `${decided} decisions are`;
    this.#message = `${what} not written: w writes, q again leaves without`;
    return 'stay';
  }
}

function valuesOf(read: PairRead): Two<Uint8Array | undefined> {
  const [first, second] = read.sides.map((side) => (side.state === 'present' ? side.entry.value : undefined));
  return [first, second];
}
