import type { PairSource, PairStore, StoreSelector } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { ScriptedPair } from '../../test/scripted-pair.js';
import { TableStores } from './table-stores.js';

/** A pair that counts what is opened and closed. */
class CountingPair extends ScriptedPair implements PairSource {
  readonly opened: string[] = [];
  readonly closedTables: string[] = [];

  override async open(selector: StoreSelector): Promise<PairStore> {
    const name = selector.table ?? '';
    this.opened.push(name);
    const store = await super.open(selector);
    return {
      ...store,
      close: async () => {
        this.closedTables.push(name);
      },
    };
  }
}

const nothing = async (): Promise<void> => {};

describe('the open tables of a pair', () => {
  it('opens a table once, also when many ask at the same time', async () => {
    const pair = new CountingPair({});
    const tables = new TableStores(pair);
    await Promise.all([tables.with('hash', 'a', nothing), tables.with('hash', 'a', nothing)]);
    await tables.with('hash', 'a', nothing);
    expect(pair.opened.length - pair.closedTables.length).toBe(1);
  });

  it('closes the table used longest ago when there are too many', async () => {
    const pair = new CountingPair({});
    const tables = new TableStores(pair, 2);
    for (const name of ['a', 'b', 'a', 'c']) await tables.with('hash', name, nothing);
    expect(pair.closedTables).toEqual(['b']);
  });

  it('keeps a table open that is in use, and closes it afterwards', async () => {
    const pair = new CountingPair({});
    const tables = new TableStores(pair, 1);
    let finish: () => void = () => {};
    const busy = tables.with('hash', 'a', () => new Promise<void>((resolve) => (finish = resolve)));
    await tables.with('hash', 'b', nothing);
    expect(pair.closedTables).toEqual([]);
    finish();
    await busy;
    expect(pair.closedTables).toEqual(['a']);
  });

  it('asks again after a table could not be opened', async () => {
    const pair = new CountingPair({});
    const tables = new TableStores(pair);
    const open = pair.open.bind(pair);
    pair.open = () => Promise.reject(new Error('down'));
    await expect(tables.with('hash', 'a', nothing)).rejects.toThrow('down');
    pair.open = open;
    await tables.with('hash', 'a', nothing);
    expect(pair.opened).toEqual(['a']);
  });
});
