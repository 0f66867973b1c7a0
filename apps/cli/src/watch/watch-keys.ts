import { type Clock, fromByteString, type PairRead, StoreError, toByteString } from '@kvtwin/versioned-value';

/** A key whose agreement is another than it was; `before` is absent when it is seen for the first time. */
export interface AgreementChange {
  readonly key: Uint8Array;
  readonly before: PairRead['kind'] | undefined;
  readonly read: PairRead;
  readonly atMs: number;
}

/** What {@link watchKeys} works with. */
export interface WatchParts {
  /** One look at everything that is watched. A key that it leaves out is on neither side any more. */
  readonly look: () => AsyncIterable<{ readonly key: Uint8Array; readonly read: PairRead }>;
  /** Looks at a key again that has come to differ: a write may be on its way. */
  readonly confirm: (key: Uint8Array, read: PairRead) => Promise<PairRead>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Ends after so many looks. */
  readonly rounds?: number;
  /** Ends once everything agrees. */
  readonly untilAgreed?: boolean;
  readonly onChange: (change: AgreementChange) => Promise<void>;
  /** A look failed as a whole: nothing is known of that round. */
  readonly onFailure: (error: StoreError) => Promise<void>;
}

/** How a watch ended: how many keys differed, and how many could not be read, when they were looked at last. */
export interface WatchEnd {
  readonly interrupted: boolean;
  readonly differing: number;
  readonly unreadable: number;
}

/** Looks again and again, and tells of each key whose agreement changes. That the signal fires is an end like others. */
export async function watchKeys(parts: WatchParts): Promise<WatchEnd> {
  const { clock, intervalMs, rounds = Number.POSITIVE_INFINITY, signal } = parts;
  const known = new Map<string, PairRead['kind']>();
  try {
    for (let round = 1; ; round++) {
      const whole = await lookOnce(parts, known);
      const agreed = whole && [...known.values()].every(isAgreement);
      if (round >= rounds || (parts.untilAgreed === true && agreed)) return endOf(known, false);
      await clock.sleep(intervalMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return endOf(known, true);
  }
}

/** Whether everything was seen. */
async function lookOnce(parts: WatchParts, known: Map<string, PairRead['kind']>): Promise<boolean> {
  const { clock, confirm, look, onChange, onFailure, signal } = parts;
  const seen = new Set<string>();
  try {
    for await (const { key, read: first } of look()) {
      const name = toByteString(key);
      seen.add(name);
      const before = known.get(name);
      if (before === first.kind) continue;
      const read = isAgreement(first.kind) || first.kind === 'unreadable' ? first : await confirm(key, first);
      known.set(name, read.kind);
      if (before !== read.kind) await onChange({ key, before, read, atMs: clock.nowMs() });
    }
  } catch (error) {
    if (signal.aborted || !StoreError.is(error)) throw error;
    await onFailure(error);
    return false;
  }
  for (const [name, before] of known) {
    if (seen.has(name)) continue;
    known.delete(name);
    if (before !== 'absent') {
      await onChange({ key: fromByteString(name), before, read: absent, atMs: clock.nowMs() });
    }
  }
  return true;
}

function endOf(known: ReadonlyMap<string, PairRead['kind']>, interrupted: boolean): WatchEnd {
  const kinds = [...known.values()];
  const unreadable = kinds.filter((kind) => kind === 'unreadable').length;
  const agreeing = kinds.filter(isAgreement).length;
  return { interrupted, differing: kinds.length - agreeing - unreadable, unreadable };
}

const absent: PairRead = {
  kind: 'absent',
  sides: [{ state: 'absent' }, { state: 'absent' }],
  versionsCompared: false,
};

function isAgreement(kind: PairRead['kind']): boolean {
  return kind === 'agreed' || kind === 'absent';
}
