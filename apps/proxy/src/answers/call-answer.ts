import { equalBytes } from '@kvtwin/bytes';
import {
  directPairReadsOf,
  type PairRead,
  type PairStore,
  type PairWrite,
  type Receiver,
  type SideRead,
  type SideWrite,
  type Two,
} from '@kvtwin/versioned-value';
import type { HaCall, RefusedCall } from '../commands/ha-call.js';
import type { Compatibility } from '../proxy-options.js';
import { journaledWrite, notKeptAnswer } from '../repair/journaled-write.js';
import { hashOf } from '../repair/repair-intent.js';
import { writeGuard } from '../repair/write-guard.js';
import { addAnswer } from './add-answer.js';
import { type Answer, emptyAnswer, notFound, textAnswer } from './answer.js';
import type { CallContext } from './call-context.js';
import { pairAnswer, unreadableAnswer } from './pair-answer.js';
import { presentAnswer } from './present-answer.js';
import { versionText } from './version-text.js';
import { writeAnswer } from './write-answer.js';

/** Asks the pair and answers. `value`: the body of a put, or its `val`. Rejects with what the pair rejects with. */
export function callAnswer(
  call: HaCall,
  value: Uint8Array | undefined,
  store: PairStore,
  context: CallContext,
): Promise<Answer> {
  switch (call.command.kind) {
    case 'pair-read':
      return readPair(call, store, context);
    case 'get':
      return readOne(call, store, context, true);
    case 'exist':
      return readOne(call, store, context, false);
    case 'put':
    case 'remove':
      return write(call, value, store, context);
    case 'add':
      return addAnswer(call, store, context);
  }
}

/**
 * {@link callAnswer} of a read, without a promise: calls `receiver` once, perhaps before it returns. False, and nothing is done, where the
 * pair has to be asked by promises. `receiver` hears of it within the sides' time limits.
 */
export function answerRead(
  { command, key }: HaCall,
  store: PairStore,
  { compat, sideTimeoutMs, pair }: CallContext,
  receiver: Receiver<Answer>,
): boolean {
  const reads = directPairReadsOf(store);
  if (reads === undefined) return false;
  const options = { timeoutMs: sideTimeoutMs };
  const fail = (error: unknown): void => receiver.fail(error);
  if (command.kind === 'pair-read') {
    const valueless = command.type === 'set';
    const succeed = (read: PairRead): void =>
      receiver.succeed(pairAnswer(read, store.policy, compat, { valueless }));
    reads.read(key, options, { succeed, fail });
    return true;
  }
  if (pair.older !== undefined) return false;
  const succeed = (sides: Two<SideRead>): void =>
    receiver.succeed(presentAnswer(sides, compat, command.kind === 'get'));
  reads.readFirst(key, options, { succeed, fail });
  return true;
}

async function readPair(
  call: HaCall,
  store: PairStore,
  { sideTimeoutMs, compat }: CallContext,
): Promise<Answer> {
  const read = await store.read(call.key, { timeoutMs: sideTimeoutMs });
  return pairAnswer(read, store.policy, compat, { valueless: call.command.type === 'set' });
}

/** Of the sides of the pair, and where neither has the key of those of the pair that held its slot before. */
async function readOne(
  call: HaCall,
  store: PairStore,
  { pair, sideTimeoutMs, compat }: CallContext,
  withValue: boolean,
): Promise<Answer> {
  const options = { timeoutMs: sideTimeoutMs };
  const sides = await readFirst(store, call.key, options);
  const { older } = pair;
  if (older === undefined || sides.some(({ state }) => state === 'present')) {
    return presentAnswer(sides, compat, withValue);
  }
  const before = await older.tables.with(call.command.type, call.table, (olderStore) =>
    readFirst(olderStore, call.key, options),
  );
  return presentAnswer([...sides, ...before], compat, withValue);
}

/** The answer to a call that nobody is asked about. Extended: 400 and the reason in every case. */
export function refusedAnswer(refused: RefusedCall, compat: Compatibility): Answer {
  if (compat === 'extended' || refused.refused === 'bad-request') {
    return textAnswer(400, 'invalid-request', refused.message);
  }
  const answer = notFound('invalid-request', refused.message);
  return refused.refused === 'failed' ? { ...answer, headers: answer.headers.slice(2) } : answer;
}

function readFirst(
  store: PairStore,
  key: Uint8Array,
  options: { readonly timeoutMs: number },
): Promise<Two<SideRead>> {
  if (store.readFirst !== undefined) return store.readFirst(key, options);
  return store.read(key, options).then(({ sides }) => sides);
}

async function write(
  call: HaCall,
  value: Uint8Array | undefined,
  store: PairStore,
  context: CallContext,
): Promise<Answer> {
  const { compat } = context;
  const { sideNames } = context.pair;
  const timeoutMs = context.sideTimeoutMs;
  const removal = call.command.kind === 'remove';
  const guard = await writeGuard(call, store, { timeoutMs, compat });
  if (guard.kind === 'refused')
    return refusedAnswer({ refused: 'not-found', message: guard.message }, compat);
  if (guard.kind === 'mismatch') return mismatchAnswer(guard.read, removal, compat);
  const options = {
    timeoutMs,
    ...(call.ttlSeconds === undefined || removal ? {} : { lifespanMs: call.ttlSeconds * 1000 }),
    ...(guard.kind === 'options' ? guard.options : {}),
  };
  const replay = guard.kind === 'options' && guard.options.replayVersion !== undefined;
  const bytes = value ?? new Uint8Array(0);
  const hash = context.repairs === undefined || removal ? null : hashOf(bytes);
  const { result, notKept } = await journaledWrite(call, store, context, {
    expected: () => hash,
    written: () => hash,
    removal,
    replay,
    conditional: guard.kind === 'options' && !replay,
    send: () => {
      if (guard.kind === 'score-or-refused') return asIfWritten(store, call.key, bytes, timeoutMs);
      return removal ? store.remove(call.key, options) : store.put(call.key, bytes, options);
    },
  });
  if (notKept !== undefined) return notKeptAnswer(notKept, compat);
  return writeAnswer(result, { policy: store.policy, compat, sideNames, removal, replay });
}

/** What a write that may only find its value there comes to: it is applied where that is so. */
async function asIfWritten(
  store: PairStore,
  key: Uint8Array,
  value: Uint8Array,
  timeoutMs: number,
): Promise<PairWrite> {
  const { sides } = await store.read(key, { timeoutMs });
  const written = (side: SideRead): SideWrite => {
    if (side.state === 'failed') return { state: 'unknown', error: side.error };
    if (side.state !== 'present') return { state: 'rejected', reason: 'absent' };
    const { version } = side.entry;
    return equalBytes(side.entry.value, value)
      ? { state: 'applied', version }
      : { state: 'rejected', reason: 'mismatch', version };
  };
  return { sides: [written(sides[0]), written(sides[1])] };
}

/** A compare-and-set over opaque tokens that was not tried: the tokens, or the second side's value, are others by now. */
function mismatchAnswer(read: PairRead, removal: boolean, compat: Compatibility): Answer {
  const answer = mismatchStatus(read, removal, compat);
  return { ...answer, headers: [...answer.headers, 'X-Sides', read.sides.map(untried(read)).join(', ')] };
}

function mismatchStatus(read: PairRead, removal: boolean, compat: Compatibility): Answer {
  if (read.kind === 'unreadable') return unreadableAnswer(read.sides, compat);
  if (compat === 'strict') return notFound(read.kind === 'absent' && removal ? 'absent' : 'rejected');
  if (read.kind === 'absent' && removal) return notFound('absent');
  const versions = read.sides.flatMap((side, at) =>
    side.state === 'present' ? [`Version${at + 1}`, versionText(side.entry.version)] : [],
  );
  return emptyAnswer(412, 'rejected', versions);
}

/** What stands for a side in `X-Sides` where no side was written to. */
function untried({ kind }: PairRead): (side: SideRead) => string {
  if (kind === 'unreadable') return () => 'not-sent';
  return ({ state }) => (state === 'absent' ? 'rejected (absent)' : 'rejected (mismatch)');
}
