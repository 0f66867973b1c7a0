import {
  TransactionControl,
  type TransactionId,
  type TransactionModification,
} from '@kvtwin/hotrod-protocol';
import { expect } from 'vitest';
import type { RawConnection } from '../../src/index.js';
import { freshKey } from '../sample-keys.js';
import { type Trial, VALUE } from './trial.js';

/** A transactional cache. */
const TX = { cacheName: 'transactions' } as const;
const DONE = { outcome: 'ok', xaCode: 0 };
const UNKNOWN = { outcome: 'ok', xaCode: -4 };
/** What was read has changed. */
const INVALID = { outcome: 'ok', xaCode: 100 };

let made = 0;

function freshTransaction(): TransactionId {
  const id = Buffer.from(`${process.pid}-${++made}`);
  return { formatId: 0x4b56, globalId: id, branchQualifier: id };
}

const write = (key: Uint8Array): TransactionModification => ({
  key,
  control: TransactionControl.NOT_READ,
  value: VALUE,
});

async function prepared(connection: RawConnection, ...keys: Uint8Array[]): Promise<TransactionId> {
  const transactionId = freshTransaction();
  const request = { transactionId, onePhaseCommit: false, modifications: keys.map(write) };
  expect((await connection.call('prepareTransaction', request, TX)).reply).toEqual(DONE);
  return transactionId;
}

async function isThere(connection: RawConnection, key: Uint8Array): Promise<boolean> {
  return (await connection.call('containsKey', { key }, TX)).status === 0;
}

/** Transactions, as XA has them. */
export const TRANSACTION_TRIALS = {
  prepareTransaction: async ({ connection }) => {
    const key = freshKey();
    const transactionId = await prepared(connection, key);
    expect(await isThere(connection, key)).toBe(false);
    await connection.call('rollbackTransaction', { transactionId }, TX);
    await connection.call('put', { key, value: VALUE }, TX);
    const stale = { key, control: TransactionControl.NON_EXISTING, value: VALUE };
    const request = { transactionId: freshTransaction(), onePhaseCommit: true, modifications: [stale] };
    expect((await connection.call('prepareTransaction', request, TX)).reply).toEqual(INVALID);
  },

  commitTransaction: async ({ connection }) => {
    const [first, second] = [freshKey(), freshKey()];
    const transactionId = await prepared(connection, first, second);
    expect((await connection.call('commitTransaction', { transactionId }, TX)).reply).toEqual(DONE);
    expect([await isThere(connection, first), await isThere(connection, second)]).toEqual([true, true]);
    const unknown = { transactionId: freshTransaction() };
    expect((await connection.call('commitTransaction', unknown, TX)).reply).toEqual(UNKNOWN);
  },

  rollbackTransaction: async ({ connection }) => {
    const key = freshKey();
    const transactionId = await prepared(connection, key);
    expect((await connection.call('rollbackTransaction', { transactionId }, TX)).reply).toEqual(DONE);
    expect(await isThere(connection, key)).toBe(false);
    const unknown = { transactionId: freshTransaction() };
    expect((await connection.call('rollbackTransaction', unknown, TX)).reply).toEqual(UNKNOWN);
  },

  prepareTransaction2: async ({ connection }) => {
    const [kept, removed] = [freshKey(), freshKey()];
    await connection.call('put', { key: removed, value: VALUE }, TX);
    const modifications = [
      write(kept),
      { key: removed, control: TransactionControl.NOT_READ | TransactionControl.REMOVE },
    ];
    const request = {
      transactionId: freshTransaction(),
      onePhaseCommit: true,
      recoverable: false,
      timeoutMs: 60_000n,
      modifications,
    };
    expect((await connection.call('prepareTransaction2', request, TX)).reply).toEqual(DONE);
    expect([await isThere(connection, kept), await isThere(connection, removed)]).toEqual([true, false]);
  },

  forgetTransaction: async ({ connection }) => {
    const transactionId = await prepared(connection, freshKey());
    await connection.call('commitTransaction', { transactionId }, TX);
    expect((await connection.call('forgetTransaction', { transactionId }, TX)).status).toBe(0);
  },

  fetchTransactionsInDoubt: async ({ connection }) => {
    const { reply } = await connection.call('fetchTransactionsInDoubt', {}, TX);
    expect(reply).toEqual({ outcome: 'ok', transactionIds: expect.any(Array) });
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;
