import { pickNumbers, seededRandom } from './seeded-random.js';

/** What is stored under one key, on one site. */
export interface SeededEntry {
  readonly value: Uint8Array;
  readonly lifespanMs?: number;
}

/** One key of the two sites; a side that lacks it is `undefined`. */
export interface DriftedEntry {
  readonly key: Uint8Array;
  readonly lon: SeededEntry | undefined;
  readonly nyc: SeededEntry | undefined;
}

/** How many keys there are of each kind; the seed decides which ones. */
export const driftCounts = { users: 1000, conflicts: 12, onlyLon: 7, onlyNyc: 5, expirySkews: 4 } as const;

const hourMs = 3_600_000;

/** The key whose conflict the documents show. */
const shownConflict = 42;

/**
 * 1,000 keys at lon and 998 at nyc: users of which some differ, carts that one site never got, one-time passwords that
 * live longer on one site. The same seed gives the same bytes.
 */
export function driftedEntries(seed: number): DriftedEntry[] {
  const random = seededRandom(seed);
  const { users, conflicts, onlyLon, onlyNyc, expirySkews } = driftCounts;
  const common = users - onlyLon - expirySkews;
  const differing = new Set(conflictNumbers(random, conflicts, common));
  return [
    ...Array.from({ length: common }, (_, at) => user(at + 1, differing.has(at + 1), random)),
    ...pickNumbers(random, onlyLon, 9000).map((number) => cart(number + 1000, 'lon', random)),
    ...pickNumbers(random, onlyNyc, 9000).map((number) => cart(number + 10_000, 'nyc', random)),
    ...pickNumbers(random, expirySkews, 900).map((number) => oneTimePassword(number + 100, random)),
  ];
}

function conflictNumbers(random: () => number, count: number, limit: number): number[] {
  const others = pickNumbers(random, count, limit).map((at) => at + 1);
  return others.includes(shownConflict) ? others : [shownConflict, ...others.slice(1)];
}

const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Katherine', '小明', 'Łukasz', 'Zoë', '美咲'];

function user(number: number, differs: boolean, random: () => number): DriftedEntry {
  const name = number === shownConflict ? 'Ada' : names[Math.floor(random() * names.length)];
  const plan = ['free', 'pro', 'team'][Math.floor(random() * 3)];
  const seats = 1 + Math.floor(random() * 9);
  const day = 10 + Math.floor(random() * 18);
  const record = (more: number): SeededEntry =>
    json({ name, plan, seats: seats + more * 3, updated: `2026-11-${day + more}` });
  return { key: bytes(userKey(number)), lon: record(0), nyc: record(differs ? 1 : 0) };
}

/** A few keys are not ASCII, as keys in the wild are not. */
function userKey(number: number): string {
  return number % 100 === 88 ? `用户:${number}` : `user:${number}`;
}

function cart(number: number, site: 'lon' | 'nyc', random: () => number): DriftedEntry {
  const entry = json({ items: 1 + Math.floor(random() * 5), total: Math.floor(random() * 20_000) / 100 });
  const key = bytes(`cart:${number}`);
  return site === 'lon' ? { key, lon: entry, nyc: undefined } : { key, lon: undefined, nyc: entry };
}

function oneTimePassword(number: number, random: () => number): DriftedEntry {
  const { value } = json({ code: String(Math.floor(random() * 1_000_000)).padStart(6, '0') });
  return {
    key: bytes(`otp:${number}`),
    lon: { value, lifespanMs: 24 * hourMs },
    nyc: { value, lifespanMs: 25 * hourMs },
  };
}

function json(record: unknown): SeededEntry {
  return { value: bytes(JSON.stringify(record)) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
