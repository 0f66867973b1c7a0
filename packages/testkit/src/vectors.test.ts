import { expect, test } from 'vitest';
import { hotRodExchanges } from './hot-rod-exchanges.js';
import { hotRodPrimitives } from './hot-rod-primitives.js';
import { hustDbRecordings } from './hust-db-recordings.js';
import { hustDbScenarios, scenarioBodyBytes } from './hust-db-scenarios.js';
import { javaClientCaptures } from './java-client-captures.js';

test('loads every recorded Hot Rod exchange', () => {
  const exchanges = hotRodExchanges();
  expect(exchanges).toHaveLength(1628);
  expect(exchanges[0]).toMatchObject({ seq: 'core-2.0', version: '2.0', line: 1, closed: false });
  expect(exchanges[0]!.request[0]).toBe(0xa0);
});

test('loads the primitives and the captures of the Java client', () => {
  expect(hotRodPrimitives().murmur3).toHaveLength(122);
  const captures = javaClientCaptures();
  expect(captures[0]!.frames[0]).toMatchObject({ from: 'client' });
});

test('loads every HustDB recording with its bytes, as long as the manifest says', () => {
  const recordings = hustDbRecordings();
  expect(recordings).toHaveLength(558);
  for (const { name, responseInfo, readResponse } of recordings) {
    const whole = responseInfo.truncatedBodyTo === undefined;
    expect(whole ? readResponse().length : responseInfo.bytes, name).toBe(responseInfo.bytes);
  }
});

test('loads the scenarios and expands their bodies', () => {
  expect(hustDbScenarios().length).toBeGreaterThan(100);
  const bytes = scenarioBodyBytes({ body_parts: [{ body_text: 'a', repeat: 2 }, { body_b64: 'AP8=' }] });
  expect([...bytes]).toEqual([0x61, 0x61, 0x00, 0xff]);
});
