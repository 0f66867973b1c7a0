import { expect, test } from 'vitest';
import { within } from './within.js';

const later = (ms: number): Promise<string> =>
  new Promise((resolve) => setTimeout(resolve, ms, `after ${ms}`));
const never = new Promise<never>(() => undefined);

test('what is done in time is what it is', async () => {
  expect(await within(Promise.resolve('at once'), 10_000)).toBe('at once');
  expect(await within(later(20), 10_000)).toBe('after 20');
  await expect(within(Promise.reject(new Error('no')), 10_000)).rejects.toThrow('no');
});

test('what is not done in time is undefined, whatever else is under way', async () => {
  const long = within(later(300), 10_000);
  const limits = [150, 20, 80, 20].map((ms) => within(never, ms));
  expect(await Promise.all(limits)).toEqual([undefined, undefined, undefined, undefined]);
  expect(await long).toBe('after 300');
  expect(await within(never, 0)).toBeUndefined();
});

test('many at once', async () => {
  const all = Array.from({ length: 2_000 }, (_, at) =>
    at % 2 === 0 ? within(Promise.resolve(at), 60_000) : within(never, 30),
  );
  const results = await Promise.all(all);
  expect(results.filter((result) => result === undefined)).toHaveLength(1_000);
});
