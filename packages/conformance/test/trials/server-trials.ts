import { PROTOSTREAM } from '@kvtwin/hotrod-protocol';
import { expect } from 'vitest';
import type { RawConnection } from '../../src/index.js';
import { freshKey, utf8, wrappedString } from '../sample-keys.js';
import { type Trial, VALUE } from './trial.js';

const SCHEMA = `
package trial;
message Person {
  optional string name = 1;
}
`;

/** Where the server keeps its schemas; keys and values are texts, wrapped. */
const SCHEMAS = { cacheName: '___protobuf_metadata' } as const;
const PEOPLE = { cacheName: 'people', keyMediaType: PROTOSTREAM, valueMediaType: PROTOSTREAM } as const;

/** A message of that type and no other field: `82 01` its name, `8a 01` its bytes. */
function person(name: string): Uint8Array {
  const type = utf8('trial.Person');
  const message = Uint8Array.of(0x0a, name.length, ...utf8(name));
  return Uint8Array.of(0x82, 0x01, type.length, ...type, 0x8a, 0x01, message.length, ...message);
}

async function onlyThisPersonIsThere(connection: RawConnection, name: string): Promise<void> {
  await connection.call('put', { key: wrappedString('trial.proto'), value: wrappedString(SCHEMA) }, SCHEMAS);
  await connection.call('clear', {}, PEOPLE);
  await connection.call('put', { key: wrappedString('k'), value: person(name) }, PEOPLE);
}

/** Whole caches, queries, and what the server is told to do. */
export const SERVER_TRIALS = {
  getWithVersion: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('getWithVersion', { key })).status).toBe(2);
    await connection.call('put', { key, value: VALUE });
    const { reply } = await connection.call('getWithVersion', { key });
    expect(reply).toEqual({ outcome: 'ok', entryVersion: expect.any(BigInt), value: VALUE });
    const known = await connection.call('getWithMetadata', { key });
    const { entryVersion } = reply.outcome === 'ok' ? reply : {};
    expect(known.reply).toMatchObject({ metadata: { entryVersion } });
  },

  bulkGet: async ({ connection }) => {
    await connection.call('clear', {});
    const entries = [0, 1, 2].map((number) => ({ key: freshKey(), value: Uint8Array.of(number) }));
    for (const entry of entries) await connection.call('put', entry);
    const { reply } = await connection.call('bulkGet', { maxEntries: 0 });
    expect(reply.entries).toHaveLength(3);
    expect(reply.entries).toEqual(expect.arrayContaining(entries));
    expect((await connection.call('bulkGet', { maxEntries: 2 })).reply.entries).toHaveLength(2);
  },

  bulkGetKeys: async ({ connection }) => {
    await connection.call('clear', {});
    const keys = [freshKey(), freshKey()];
    for (const key of keys) await connection.call('put', { key, value: VALUE });
    const { reply } = await connection.call('bulkGetKeys', { scope: 0 });
    expect(reply.keys).toHaveLength(2);
    expect(reply.keys).toEqual(expect.arrayContaining(keys));
  },

  query: async ({ connection }) => {
    await onlyThisPersonIsThere(connection, 'ada');
    const ask = async (name: string): Promise<string> => {
      const text = utf8(`from trial.Person where name = '${name}'`);
      const payload = Uint8Array.of(0x0a, text.length, ...text);
      return Buffer.from((await connection.call('query', { payload }, PEOPLE)).reply.payload).toString(
        'latin1',
      );
    };
    expect(await ask('ada')).toContain('\n\x03ada');
    expect(await ask('bob')).not.toContain('ada');
    const nonsense = Uint8Array.of(0x0a, 3, ...utf8('wat'));
    await expect(connection.call('query', { payload: nonsense }, PEOPLE)).rejects.toMatchObject({
      status: 0x85,
    });
  },

  exec: async ({ connection }) => {
    const names = await connection.call('exec', { task: '@@cache@names', parameters: [] }, { cacheName: '' });
    expect(JSON.parse(Buffer.from(names.reply.result).toString())).toContain('operations');
    const unknown = connection.call('exec', { task: 'no such task', parameters: [] });
    await expect(unknown).rejects.toThrow(/ISPN027002/);
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;
