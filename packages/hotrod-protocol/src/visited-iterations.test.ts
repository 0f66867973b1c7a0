import { chunkings, hotRodExchanges, toHex } from '@kvtwin/testkit';
import { expect, test } from 'vitest';
import {
  decodeExchange,
  type EntryMetadata,
  type IterationBatch,
  type IterationPlace,
  ResponseDecoder,
} from './index.js';

/** An entry as it can be compared, whichever way it was read. */
interface Entry {
  readonly key: string;
  readonly value: string;
  readonly metadata: EntryMetadata | undefined;
}

/** Recorded batches of entries with one value each. */
const batches = hotRodExchanges().flatMap((row) => {
  const exchange = decodeExchange(row.request, row.response);
  if (exchange.outcome !== 'decoded' || exchange.request.message.operation.name !== 'iterationNext')
    return [];
  const { answer } = exchange;
  const reply =
    answer.kind === 'reply' ? (answer.reply as IterationBatch | { outcome: 'invalid-iteration' }) : undefined;
  if (reply === undefined || !('entries' in reply) || reply.entries.length === 0) return [];
  if (reply.entries.some(({ values }) => values.length !== 1)) return [];
  return [{ row, request: exchange.request.message, reply }];
});

function copyOf(place: IterationPlace): Entry {
  const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd, versionBytes, versionStart } = place;
  const entryVersion = (): bigint =>
    new DataView(versionBytes.buffer, versionBytes.byteOffset + versionStart, 8).getBigInt64(0);
  return {
    key: toHex(keyBytes.subarray(keyStart, keyEnd)),
    value: toHex(valueBytes.subarray(valueStart, valueEnd)),
    metadata: place.hasMetadata ? { ...place.mortal, entryVersion: entryVersion() } : undefined,
  };
}

test('there are recorded batches with metadata and without', () => {
  const withMetadata = batches.filter(({ reply }) => reply.entries[0]?.metadata !== undefined);
  expect(withMetadata.length).toBeGreaterThan(2);
  expect(batches.length - withMetadata.length).toBeGreaterThan(2);
});

test.each(batches.map((batch) => [`${batch.row.version} ${batch.row.name}`, batch] as const))(
  '%s: each entry is shown once, as it is read, wherever the chunks end',
  (_name, { row, request, reply }) => {
    const expected = reply.entries.map(({ key, values, metadata }) => ({
      key: toHex(key),
      value: toHex(values[0]!),
      metadata,
    }));
    for (const { name, chunks } of chunkings(row.response)) {
      const shown: Entry[] = [];
      const pending = {
        operation: request.operation,
        ...request.header,
        visit: (place: IterationPlace) => shown.push(copyOf(place)),
      };
      const decoder = new ResponseDecoder({ pendingOf: () => pending });
      for (const chunk of chunks) {
        decoder.push(chunk);
        while (decoder.next() !== undefined);
      }
      expect(decoder.isMidMessage, name).toBe(false);
      expect(shown, name).toEqual(expected);
    }
  },
);
