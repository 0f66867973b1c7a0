import { ByteWriter } from '@kvtwin/bytes';
import {
  encodeRequest,
  HotRodProtocolError,
  type OperationDefinition,
  type OperationName,
  operations,
} from '@kvtwin/hotrod-protocol';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRawConnection, type RawConnection, requestHeader } from '../src/index.js';
import { freshKey, utf8 } from './sample-keys.js';
import { COUNTER_TRIALS } from './trials/counter-trials.js';
import { ENTRY_TRIALS } from './trials/entry-trials.js';
import { LISTENER_TRIALS } from './trials/listener-trials.js';
import { MULTIMAP_TRIALS } from './trials/multimap-trials.js';
import { SERVER_TRIALS } from './trials/server-trials.js';
import { STREAM_TRIALS } from './trials/stream-trials.js';
import { TRANSACTION_TRIALS } from './trials/transaction-trials.js';
import type { Trials } from './trials/trial.js';
import { hasOperation, VERSIONS } from './versions.js';

/** One use of every operation that is defined; the compiler asks for a row when one is added. */
const TRIALS: Trials<OperationName> = {
  ...ENTRY_TRIALS,
  ...LISTENER_TRIALS,
  ...SERVER_TRIALS,
  ...COUNTER_TRIALS,
  ...MULTIMAP_TRIALS,
  ...TRANSACTION_TRIALS,
  ...STREAM_TRIALS,
};

describe.each(VERSIONS)('operations in %s', (version) => {
  let connection: RawConnection;
  beforeAll(async () => {
    connection = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'operations' });
  });
  afterAll(() => connection.close());

  for (const name of Object.keys(TRIALS) as OperationName[]) {
    if (hasOperation(version, name)) {
      test(`${name} does what it says`, () => TRIALS[name]({ connection, version }));
    } else {
      test(`${name} is refused before anything is sent`, () => {
        const header = requestHeader({ messageId: 1, version, cacheName: 'operations' });
        const writer = new ByteWriter();
        expect(() => encodeRequest(writer, operations[name] as OperationDefinition, header, {})).toThrow(
          expect.objectContaining({ code: 'HOTROD_UNSUPPORTED' }),
        );
        expect(writer.length).toBe(0);
      });
    }
  }

  test('many requests of one write are each answered under their own id', async () => {
    const entries = Array.from({ length: 100 }, (_, number) => ({
      key: freshKey(),
      value: utf8(`v${number}`),
    }));
    await Promise.all(entries.map((entry) => connection.call('put', entry)));
    const replies = await Promise.all(entries.map(({ key }) => connection.call('get', { key })));
    expect(replies.map(({ reply }) => reply)).toEqual(entries.map(({ value }) => ({ outcome: 'ok', value })));
  });
});

test('the error that refuses an operation is one of the protocol package', () => {
  const header = requestHeader({ messageId: 1, version: '2.0', cacheName: '' });
  try {
    encodeRequest(new ByteWriter(), operations.getAll, header, { keys: [] });
    expect.unreachable();
  } catch (error) {
    expect(HotRodProtocolError.is(error)).toBe(true);
  }
});
