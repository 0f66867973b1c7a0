import type { Two } from '@kvtwin/versioned-value';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { HUSTDB_LIMITS } from './limits.js';
import { slotOf } from './slot.js';

/** Which nodes hold a slot, as `host:port`. */
export interface TableSlot {
  /** Asked one after the other until one has it; reads of pairs ask the first two. */
  readonly read: readonly string[];
  readonly write: Two<string>;
}

/** A cluster's table file (`hustdbtable.json`, `/get_table`). */
export interface TableFile {
  /** The nodes of each of the 1024 slots. */
  readonly slots: readonly TableSlot[];
  /** Every node that the file names, in the order of their first place in it. */
  readonly hosts: readonly string[];
}

/**
 * Reads a table file with the rules that HustDB HA starts by: ranges from 0 to 1024 without a gap, two nodes each, and
 * `increase` or `decrease`, but not both. Throws `HUSTDB_INVALID_TABLE`.
 *
 * While a pair is being split (`increase`), the upper half is read from its new nodes and then from the old ones. (HustDB
 * reads the old second node twice instead of both; data are on either.)
 */
export function parseTableFile(text: string): TableFile {
  const items = itemsOf(text);
  const names = new Set(items.flatMap(({ pair }) => pair));
  const increases = items.some(({ increase }) => increase !== undefined);
  if (increases && items.some(({ decrease }) => decrease !== undefined)) {
    throw invalid('increase and decrease are both in it');
  }
  const removed = new Set(items.flatMap(({ decrease }) => (decrease === undefined ? [] : [decrease.remove])));
  const slots: TableSlot[] = [];
  const hosts = new Set<string>();
  for (const item of items) {
    if (item.start !== slots.length) throw invalid(`a range begins at ${item.start}, not at ${slots.length}`);
    for (const { end, slot } of partsOf(item, names, removed)) {
      while (slots.length < end) slots.push(slot);
      for (const host of [...item.pair, ...slot.write]) hosts.add(host);
    }
  }
  if (slots.length !== HUSTDB_LIMITS.slots)
    throw invalid(`the last range ends at ${slots.length}, not at 1024`);
  return { slots, hosts: [...hosts] };
}

/** The nodes of a routed text: of the key as it stands in a query, a set's member, or a sorted set's name. */
export function nodesOf({ slots }: TableFile, routed: Uint8Array): TableSlot {
  return slots[slotOf(routed)]!;
}

/**
 * A table file over these nodes, 2 to 1024 of them, as HustDB's own generator makes it: each node is the first of one range
 * and the second of the range before.
 */
export function makeTableFile(hosts: readonly string[]): string {
  const count = hosts.length;
  if (count < 2 || count > HUSTDB_LIMITS.slots) throw invalid(`it takes 2 to 1024 nodes, not ${count}`);
  if (new Set(hosts).size !== count) throw invalid('a node stands twice among those given');
  for (const host of hosts) checkHost(host);
  const ranges = rangesOf(count);
  const table = ranges.map((key, at) => ({ item: { key, val: [hosts[at], hosts[(at + 1) % count]] } }));
  return JSON.stringify({ table });
}

interface Item {
  readonly start: number;
  readonly end: number;
  readonly pair: Two<string>;
  readonly increase: { readonly low: Range; readonly high: Range } | undefined;
  readonly decrease: { readonly remove: string; readonly replaceBy: string } | undefined;
}

type Range = Pick<Item, 'start' | 'end' | 'pair'>;

/** Consecutive parts of an item, each up to `end`. */
interface Part {
  readonly end: number;
  readonly slot: TableSlot;
}

function partsOf(item: Item, names: ReadonlySet<string>, removed: ReadonlySet<string>): Part[] {
  if (item.increase !== undefined) return splitOf(item, item.increase, names);
  if (item.decrease === undefined) return [{ end: item.end, slot: plain(item.pair) }];
  const { remove, replaceBy } = item.decrease;
  if (!item.pair.includes(remove)) throw invalid(`${remove} is to be removed from a pair that it is not in`);
  if (removed.has(replaceBy)) throw invalid(`${replaceBy} is to replace a node and to be removed`);
  const remaining = item.pair[0] === remove ? item.pair[1] : item.pair[0];
  return [{ end: item.end, slot: plain([remaining, replaceBy]) }];
}

function splitOf(
  { start, end, pair }: Item,
  { low, high }: NonNullable<Item['increase']>,
  names: ReadonlySet<string>,
): Part[] {
  if (low.start !== start || low.end !== high.start || high.end !== end) {
    throw invalid(`low and high do not make up the range ${start} to ${end}`);
  }
  if (low.pair[0] !== pair[0] || high.pair[1] !== pair[1]) {
    throw invalid('low keeps the first node of its pair, and high the second');
  }
  for (const added of [low.pair[1], high.pair[0]]) {
    if (names.has(added)) throw invalid(`${added} is to be added and is there already`);
  }
  const upper: TableSlot = { read: [...high.pair, low.pair[1], low.pair[0]], write: high.pair };
  return [
    { end: low.end, slot: plain(low.pair) },
    { end: high.end, slot: upper },
  ];
}

function plain(pair: Two<string>): TableSlot {
  return { read: pair, write: pair };
}

/** Halves ranges from left to right, round after round, until there are as many as nodes. */
function rangesOf(count: number): Two<number>[] {
  let ranges: Two<number>[] = [
    [0, 512],
    [512, 1024],
  ];
  while (ranges.length < count) {
    let missing = count - ranges.length;
    ranges = ranges.flatMap(([start, end]): Two<number>[] => {
      if (missing-- <= 0) return [[start, end]];
      const middle = (start + end) / 2;
      return [
        [start, middle],
        [middle, end],
      ];
    });
  }
  return ranges;
}

function itemsOf(text: string): Item[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw invalid('it is no JSON', cause);
  }
  const table = field(file, 'table');
  if (!Array.isArray(table) || table.length === 0) throw invalid('it has no table');
  return table.map(itemOf);
}

function itemOf(row: unknown): Item {
  const increase = field(row, 'increase');
  const decrease = field(row, 'decrease');
  return {
    ...rangeOf(field(row, 'item')),
    increase:
      increase === undefined
        ? undefined
        : { low: rangeOf(field(increase, 'low')), high: rangeOf(field(increase, 'high')) },
    decrease:
      decrease === undefined
        ? undefined
        : {
            remove: checkHost(field(decrease, 'remove')),
            replaceBy: checkHost(field(decrease, 'replace_by')),
          },
  };
}

function rangeOf(value: unknown): Range {
  const [key, val] = [field(value, 'key'), field(value, 'val')];
  if (!Array.isArray(key) || key.length !== 2 || !key.every(Number.isInteger)) {
    throw invalid('a range is not two whole numbers');
  }
  const [start, end] = key as [number, number];
  if (start < 0 || start >= end || end > HUSTDB_LIMITS.slots) throw invalid(`${start} to ${end} is no range`);
  if (!Array.isArray(val) || val.length !== 2) throw invalid('a range has not two nodes');
  return { start, end, pair: [checkHost(val[0]), checkHost(val[1])] };
}

function checkHost(value: unknown): string {
  if (typeof value === 'string' && /^[^\s/@]{1,253}:\d{1,5}$/.test(value)) return value;
  throw invalid(`${String(JSON.stringify(value)).slice(0, 80)} is no host:port`);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function invalid(why: string, cause?: unknown): HustDbProtocolError {
  return new HustDbProtocolError(`the table file is not usable: ${why}`, {
    code: 'HUSTDB_INVALID_TABLE',
    cause,
  });
}
