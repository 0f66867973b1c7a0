import { Status } from '@kvtwin/hotrod-protocol';
import { fromHex } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRawConnection, type RawConnection } from '../src/index.js';
import { freshKey, utf8 } from './sample-keys.js';
import { hasOperation, VERSIONS } from './versions.js';

const key = utf8('key');

describe.each(VERSIONS)('refusals in %s', (version) => {
  let connection: RawConnection;
  beforeAll(async () => {
    connection = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'operations' });
  });
  afterAll(() => connection.close());

  test.each(['get', 'remove', 'ping', 'size'] as const)('%s of an unknown cache', async (name) => {
    const call = connection.call(name, { key }, { cacheName: 'no such cache' });
    await expect(call).rejects.toMatchObject({
      status: Status.REQUEST_PARSING_ERROR,
      message: expect.stringContaining('CacheNotFoundException'),
    });
  });

  test('the connection goes on after an error', async () => {
    await expect(connection.call('get', { key }, { cacheName: 'no such cache' })).rejects.toThrow();
    const fresh = freshKey();
    await connection.call('put', { key: fresh, value: key });
    expect((await connection.call('get', { key: fresh })).reply).toEqual({ outcome: 'ok', value: key });
  });

  test('the empty name is the default cache', async () => {
    const fresh = freshKey();
    expect((await connection.call('put', { key: fresh, value: key }, { cacheName: '' })).status).toBe(0);
    const { reply } = await connection.call('get', { key: fresh }, { cacheName: 'default' });
    expect(reply).toEqual({ outcome: 'ok', value: key });
  });

  test('a topology comes to who does not know it, with what its intelligence asks for', async () => {
    const ask = (intelligence: number, topologyId = -1) =>
      connection.call('ping', {}, { intelligence, topologyId });
    expect((await ask(1)).topology).toBeUndefined();
    const servers = [{ host: '127.0.0.1', port: inject('firstPort') }];
    const { topology: list } = await ask(2);
    expect(list).toMatchObject({ servers });
    expect(list?.hash).toBeUndefined();
    const { topology } = await ask(3);
    expect(topology).toMatchObject({ servers, hash: { functionVersion: 3, segmentCount: 20 } });
    expect(topology?.hash?.owners).toEqual(Array.from({ length: 20 }, () => [0]));
    expect((await ask(3, topology!.topologyId)).topology).toBeUndefined();
  });

  test('a local cache sends no topology', async () => {
    const { topology } = await connection.call('ping', {}, { cacheName: 'local', intelligence: 3 });
    expect(topology).toBeUndefined();
  });

  if (hasOperation(version, 'iterationStart')) {
    test('a filter that the server does not have', async () => {
      const request = { batchSize: 1, factory: 'no-such-factory' };
      await expect(connection.call('iterationStart', request)).rejects.toMatchObject({
        status: Status.SERVER_ERROR,
      });
    });
  }
});

test('an unknown opcode is told with the id of the request, and the connection goes on', async () => {
  const connection = await openRawConnection({
    port: inject('firstPort'),
    version: '3.0',
    cacheName: 'operations',
  });
  const error = await connection.sendUnanswerable(fromHex('a0 0e 1e 99 00 00 01 ffffffff0f 00 00'));
  expect(error).toMatchObject({ messageId: 14, status: Status.UNKNOWN_OPERATION });
  expect((await connection.call('ping', {})).status).toBe(0);
  await connection.close();
});
