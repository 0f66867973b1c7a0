import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type FlakyFamily, flakyFamily, type SideMood } from '../../test/flaky-family.js';
import { callAnswer } from '../answers/call-answer.js';
import { openSinglePair } from '../cluster/single-pair-cluster.js';
import { parseHaCall } from '../commands/ha-call.js';
import { SERVED_COMMANDS } from '../commands/served-command.js';
import { Repairs } from './repairs.js';
import { turnOf, WriteTurns } from './write-turns.js';

type Step =
  | { readonly do: 'put' | 'del'; readonly key: string }
  | { readonly do: 'mood'; readonly side: 0 | 1; readonly mood: SideMood }
  | { readonly do: 'meddle'; readonly side: 0 | 1; readonly key: string; readonly removes: boolean };

const keys = ['a', 'b'];
const side = fc.constantFrom<(0 | 1)[]>(0, 1);
const write: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('put', 'put', 'del'),
  key: fc.constantFrom(...keys),
});
const mood: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('mood'),
  side,
  mood: fc.constantFrom<SideMood[]>('up', 'up', 'down', 'lost', 'dropped'),
});
const meddling: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('meddle'),
  side,
  key: fc.constantFrom(...keys),
  removes: fc.boolean(),
});

/** A pair with moods, written through the proxy's own way. */
class Model {
  readonly sides: [FlakyFamily, FlakyFamily];
  readonly violations: string[] = [];
  /** Per key: values that may stand at the end, those acknowledged last and those tried since. */
  readonly allowed = new Map<string, Set<string | undefined>>();
  readonly #turns = new WriteTurns();
  #repairs!: Repairs;
  #cluster!: Awaited<ReturnType<typeof openSinglePair>>;
  #count = 0;

  constructor(private readonly versions: 'counter' | 'opaque') {
    const make = (at: 0 | 1): FlakyFamily =>
      flakyFamily(`side${at}`, versions === 'counter', (key, outcome) => this.#repaired(at, key, outcome));
    this.sides = [make(0), make(1)];
  }

  #repaired(at: 0 | 1, key: string, outcome: string): void {
    if (outcome !== 'applied') return;
    const meddled = this.#meddled.get(`${at}${key}`);
    // A key that was absent before one of the writes, or after it, looks as it did then once somebody else has removed it.
    if (meddled === 'a removal' && this.#wasAbsent.has(key)) return;
    if (meddled !== undefined) this.violations.push(`side ${at} ${key}: ${meddled} was written over`);
  }

  /** Values that somebody else wrote since the last write through the proxy. */
  readonly #meddled = new Map<string, string>();

  /** Keys that a side did not have before a write, or after it. */
  readonly #wasAbsent = new Set<string>();

  async open(): Promise<void> {
    for (const key of keys) for (const flaky of this.sides) await flaky.meddle(key, 'seed');
    const [first, second] = this.sides.map(({ family }) => family);
    this.#cluster = await openSinglePair({ first, second, versions: this.versions });
    this.#repairs = await Repairs.open(
      { repairDelayMs: 1, maxRepairDelayMs: 2, conflictCheckMs: 1 },
      {
        cluster: this.#cluster,
        turns: this.#turns,
        sideTimeoutMs: 1000,
        onError: (error) => this.violations.push(String(error)),
      },
    );
    for (const key of keys) this.allowed.set(key, new Set(['seed']));
  }

  async step(step: Step): Promise<void> {
    if (step.do === 'mood') this.sides[step.side].mood = step.mood;
    else if (step.do === 'meddle') {
      const value = step.removes ? undefined : `foreign${++this.#count}`;
      const before = await this.sides[step.side].peek(step.key);
      if (value === before) return;
      await this.sides[step.side].meddle(step.key, value);
      this.#meddled.set(`${step.side}${step.key}`, value ?? 'a removal');
    } else await this.#write(step.do, step.key);
  }

  async #write(command: 'put' | 'del', key: string): Promise<void> {
    const value = command === 'put' ? `v${++this.#count}` : undefined;
    if (value === undefined) this.#wasAbsent.add(key);
    const call = parseHaCall(SERVED_COMMANDS.get(`/${command}`)!, `key=${key}`, 'strict');
    if ('refused' in call) throw new Error(call.message);
    const pair = this.#cluster.only!;
    const context = { compat: 'strict', sideTimeoutMs: 1000, pair, repairs: this.#repairs } as const;
    for (const at of [0, 1] as const) {
      this.#meddled.delete(`${at}${key}`);
      if ((await this.sides[at].peek(key)) === undefined) this.#wasAbsent.add(key);
    }
    const answer = await this.#turns.run(turnOf('kv', '', call.key), () =>
      pair.tables.with('kv', '', (store) =>
        callAnswer(call, value === undefined ? undefined : Buffer.from(value), store, context),
      ),
    );
    if (answer.status === 200) this.allowed.set(key, new Set([value]));
    else this.allowed.get(key)!.add(value);
  }

  /** Both sides are well again; resolves when nothing waits any more. */
  async settle(): Promise<void> {
    for (const flaky of this.sides) flaky.mood = 'up';
    this.#repairs.worker.wake();
    await vi.waitFor(() => expect(this.#repairs.log.waiting).toBe(0), { timeout: 5000, interval: 1 });
  }

  get conflicts(): number {
    return this.#repairs.conflicts.count;
  }

  async close(): Promise<void> {
    await this.#repairs.close();
    await this.#cluster.close();
  }
}

async function run(
  versions: 'counter' | 'opaque',
  steps: readonly Step[],
  check: (model: Model) => Promise<void>,
): Promise<void> {
  const model = new Model(versions);
  await model.open();
  try {
    for (const step of steps) await model.step(step);
    await model.settle();
    expect(model.violations).toEqual([]);
    await check(model);
  } finally {
    await model.close();
  }
}

describe.each(['opaque', 'counter'] as const)(
  'repairs over %s versions, whatever the sides do',
  (versions) => {
    it('leave both sides with what was acknowledged last, or tried since', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(write, mood), { minLength: 1, maxLength: 14 }), (steps) =>
          run(versions, steps, async (model) => {
            for (const key of keys) {
              const [first, second] = [await model.sides[0].peek(key), await model.sides[1].peek(key)];
              expect(first).toBe(second);
              expect([...model.allowed.get(key)!]).toContain(first);
              if (versions === 'opaque') continue;
              expect(await model.sides[0].peekVersion(key)).toBe(await model.sides[1].peekVersion(key));
            }
            expect(model.conflicts).toBe(0);
          }),
        ),
        { numRuns: 150 },
      );
    }, 60_000);

    it('never write over what somebody else wrote since, and tell of what they leave different', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(write, mood, meddling), { minLength: 1, maxLength: 14 }),
          (steps) => run(versions, steps, async () => undefined),
        ),
        { numRuns: 150 },
      );
    }, 60_000);
  },
);
