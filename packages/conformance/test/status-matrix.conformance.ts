import { type PreviousValue, type ProtocolVersion, RequestFlag, Status } from '@kvtwin/hotrod-protocol';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRawConnection, type RawConnection } from '../src/index.js';
import { freshKey, utf8 } from './sample-keys.js';
import { isFrom, VERSIONS } from './versions.js';

type Write = 'put' | 'putIfAbsent' | 'replace' | 'replaceIfUnmodified' | 'remove' | 'removeIfUnmodified';
type Situation = 'no entry' | 'an entry' | 'an entry of another version';

const { OK, NOT_EXECUTED, KEY_DOES_NOT_EXIST, OK_WITH_PREVIOUS, NOT_EXECUTED_WITH_PREVIOUS } = Status;

/** Status without and with FORCE_RETURN_PREVIOUS_VALUE. */
const MATRIX: readonly (readonly [Write, Situation, plain: number, forced: number])[] = [
  ['put', 'no entry', OK, OK_WITH_PREVIOUS],
  ['put', 'an entry', OK, OK_WITH_PREVIOUS],
  ['putIfAbsent', 'no entry', OK, OK],
  ['putIfAbsent', 'an entry', NOT_EXECUTED, NOT_EXECUTED_WITH_PREVIOUS],
  ['replace', 'no entry', NOT_EXECUTED, NOT_EXECUTED],
  ['replace', 'an entry', OK, OK_WITH_PREVIOUS],
  ['replaceIfUnmodified', 'no entry', KEY_DOES_NOT_EXIST, KEY_DOES_NOT_EXIST],
  ['replaceIfUnmodified', 'an entry of another version', NOT_EXECUTED, NOT_EXECUTED_WITH_PREVIOUS],
  ['replaceIfUnmodified', 'an entry', OK, OK_WITH_PREVIOUS],
  ['remove', 'no entry', KEY_DOES_NOT_EXIST, KEY_DOES_NOT_EXIST],
  ['remove', 'an entry', OK, OK_WITH_PREVIOUS],
  ['removeIfUnmodified', 'no entry', KEY_DOES_NOT_EXIST, KEY_DOES_NOT_EXIST],
  ['removeIfUnmodified', 'an entry of another version', NOT_EXECUTED, NOT_EXECUTED_WITH_PREVIOUS],
  ['removeIfUnmodified', 'an entry', OK, OK_WITH_PREVIOUS],
];

const OLD = utf8('old\0value');
const NEW = utf8('new value');
const CHANGES: readonly number[] = [OK, OK_WITH_PREVIOUS];

/** Writes the old value, if the situation wants one, and tells the version to use. */
async function prepare(connection: RawConnection, key: Uint8Array, situation: Situation): Promise<bigint> {
  if (situation === 'no entry') {
    return 1n;
  }
  await connection.call('put', { key, value: OLD });
  const { reply } = await connection.call('getWithMetadata', { key });
  if (reply.outcome !== 'ok') {
    throw new Error('the entry just written is gone');
  }
  return situation === 'an entry' ? reply.metadata.entryVersion : reply.metadata.entryVersion ^ 1n;
}

async function perform(
  connection: RawConnection,
  write: Write,
  key: Uint8Array,
  entryVersion: bigint,
  flags: number,
): Promise<{ status: number; previous?: PreviousValue }> {
  const { status, reply } = await connection.call(write, { key, value: NEW, entryVersion }, { flags });
  return 'previous' in reply ? { status, previous: reply.previous } : { status };
}

function expectedPrevious(version: ProtocolVersion, situation: Situation): object {
  const value = situation === 'no entry' ? new Uint8Array(0) : OLD;
  if (!isFrom(version, '4.0')) {
    return { value };
  }
  const entryVersion = situation === 'no entry' ? -1n : expect.any(BigInt);
  return { value, metadata: { entryVersion } };
}

async function currentValue(connection: RawConnection, key: Uint8Array): Promise<Uint8Array | undefined> {
  const { reply } = await connection.call('get', { key });
  return reply.outcome === 'ok' ? reply.value : undefined;
}

/** What stands under the key after the write. */
function expectedValue(write: Write, situation: Situation, status: number): Uint8Array | undefined {
  if (!CHANGES.includes(status)) {
    return situation === 'no entry' ? undefined : OLD;
  }
  return write.startsWith('remove') ? undefined : NEW;
}

describe.each(VERSIONS)('status of writes in %s', (version) => {
  let connection: RawConnection;
  beforeAll(async () => {
    connection = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'operations' });
  });
  afterAll(() => connection.close());

  test.each(MATRIX)('%s on %s', async (write, situation, plain, forced) => {
    for (const [flags, expected] of [
      [0, plain],
      [RequestFlag.FORCE_RETURN_PREVIOUS_VALUE, forced],
    ] as const) {
      const key = freshKey();
      const entryVersion = await prepare(connection, key, situation);
      const { status, previous } = await perform(connection, write, key, entryVersion, flags);
      expect(status).toBe(expected);
      const carries = status === OK_WITH_PREVIOUS || status === NOT_EXECUTED_WITH_PREVIOUS;
      expect(previous).toEqual(carries ? expectedPrevious(version, situation) : undefined);
      expect(await currentValue(connection, key)).toEqual(expectedValue(write, situation, status));
    }
  });
});
