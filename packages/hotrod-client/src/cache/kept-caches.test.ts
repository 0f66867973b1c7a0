import { expect, it } from 'vitest';
import { codecs, HotRodClient } from '../index.js';

it('asked for at each call, a cache is the same, as long as its name and codecs are', async () => {
  const client = await HotRodClient.connect({ lazy: true });
  const cache = client.cache('c');
  expect(client.cache('c')).toBe(cache);
  expect(client.cache('c', { value: codecs.text })).toBe(cache);
  expect(client.cache('d')).not.toBe(cache);
  const json = client.cache('c', { value: codecs.json() });
  expect(json).not.toBe(cache);
  expect(client.cache('c', { value: codecs.json() })).toBe(json);
  expect(client.cache('c', { value: codecs.json({ mediaType: 'application/json' }) })).not.toBe(json);
  const own = { mediaType: 'text/plain', encode: codecs.text.encode, decode: codecs.text.decode };
  for (let made = 0; made < 10; made++) client.cache('c', { value: { ...own } });
  expect(client.cache('c')).not.toBe(cache);
  for (let made = 0; made < 300; made++) client.cache(`made up ${made}`);
  expect(client.cache('d').name).toBe('d');
  await client.close();
});
