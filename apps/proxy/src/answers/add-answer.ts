import type { PairStore, SideRead, Two, VersionPolicy } from '@kvtwin/versioned-value';
import type { HaCall } from '../commands/ha-call.js';
import type { Added } from '../commands/pair-commands.js';
import { isRepairable } from '../repair/bring-along.js';
import { journaledWrite, type KeptWrite, notKeptAnswer } from '../repair/journaled-write.js';
import { hashOf } from '../repair/repair-intent.js';
import type { AddRequest } from '../sides/side.js';
import { type Answer, emptyAnswer, notFound, textAnswer } from './answer.js';
import type { CallContext } from './call-context.js';
import { sidesHeader, writeAnswer } from './write-answer.js';

/**
 * What `/hincrby`, and `/zadd` with `opt`, answer.
 *
 * `/hincrby`, strict: the number is added to the first side, which brings the second one along; 200 and the sum, without a
 * version, `Sync` where it is known that the second did not follow; else 404 without a version, and nothing was sent to the
 * second. Extended: to both sides, each adds by itself, answered as any write, with the sum.
 *
 * `/zadd`: to both sides in both dialects; its answer never has the sum. While one side is behind, to the other alone.
 */
export async function addAnswer(call: HaCall, store: PairStore, context: CallContext): Promise<Answer> {
  const { compat, pair } = context;
  const { policy } = store;
  const counter = call.command.type === 'hash';
  const refused = refusal(call, policy);
  if (refused !== undefined) {
    if (compat === 'extended') return textAnswer(400, 'invalid-request', refused);
    return counter
      ? withoutVersion(notFound('invalid-request', refused))
      : notFound('invalid-request', refused);
  }
  const strictCounter = counter && compat === 'strict';
  const { result, notKept } = await journaledAddition(call, store, context, strictCounter);
  if (notKept !== undefined) {
    const answer = notKeptAnswer(notKept, compat);
    return strictCounter ? withoutVersion(answer) : answer;
  }
  if (strictCounter) return strictSum(result, pair.sideNames);
  const { sum = '', ...written } = result;
  const kind = { policy, compat, sideNames: pair.sideNames, removal: false, replay: call.isDup };
  const answer = writeAnswer(written, kind);
  return counter && answer.status === 200 ? { ...answer, body: [Buffer.from(sum)] } : answer;
}

/** A counter that the first side alone adds to has its sum brought to the second from the journal, where one is kept. */
function journaledAddition(
  call: HaCall,
  store: PairStore,
  context: CallContext,
  toFirst: boolean,
): Promise<KeptWrite<Added>> {
  const { pair, repairs, sideTimeoutMs } = context;
  const request = requestOf(call);
  const kept = repairs !== undefined && isRepairable(store);
  const to = !toFirst ? 'both' : kept ? 'first' : 'first-then-copy';
  return journaledWrite(call, store, context, {
    expected: (before) => expectedSum(before.find(isTold), request.by),
    written: ({ sum = '' }) => hashOf(Buffer.from(sum)),
    removal: false,
    replay: call.isDup,
    conditional: true,
    ...(to !== 'first' ? {} : { copyAfterMs: repairs?.sumCopyDelayMs ?? 0 }),
    addition: { toFirst: to === 'first', unsent: (sides) => ({ sides, sum: undefined }) },
    send: (only) => pair.commands.add(request, only === undefined ? to : SIDES[only], sideTimeoutMs),
  });
}

const SIDES = ['first', 'second'] as const;

function isTold(read: SideRead | undefined): read is SideRead & { readonly state: 'present' | 'absent' } {
  return read?.state === 'present' || read?.state === 'absent';
}

/** Undefined where it cannot be told from what was read. */
function expectedSum(
  before: (SideRead & { readonly state: 'present' | 'absent' }) | undefined,
  by: bigint,
): string | undefined {
  if (before === undefined) return undefined;
  const text = before.state === 'absent' ? '0' : Buffer.from(before.entry.value).toString('latin1');
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  return hashOf(Buffer.from(BigInt.asIntN(64, BigInt(text) + by).toString()));
}

function strictSum({ sides, sum = '', missed }: Added, sideNames: Two<string>): Answer {
  const [first, second] = sides;
  const told = sidesHeader({ sides });
  if (first.state !== 'applied' && missed === undefined) {
    return emptyAnswer(404, first.state === 'rejected' ? 'rejected' : 'unknown', told);
  }
  const body = [Buffer.from(sum)];
  if (missed === undefined && (second.state === 'applied' || second.state === 'not-sent')) {
    return { ...emptyAnswer(200, 'applied', told), body };
  }
  const outcome = second.state === 'rejected' ? 'rejected' : 'unknown';
  return { ...emptyAnswer(200, outcome, ['Sync', missed?.name ?? sideNames[1], ...told]), body };
}

function requestOf({ command, table, key, by = 0n, ver, isDup, ttlSeconds }: HaCall): AddRequest {
  return { type: command.type === 'hash' ? 'hash' : 'zset', table, key, by, ver, isDup, ttlSeconds };
}

function refusal({ ver, isDup, verText }: HaCall, policy: VersionPolicy): string | undefined {
  if (policy === 'opaque' && verText !== undefined && verText !== '0') {
    return 'ver is not served where versions are opaque: the number that is there is what an addition goes by';
  }
  if (ver > 4_194_303) return `ver must be at most 4194303, not ${ver}`;
  return isDup && ver === 0 ? 'is_dup needs a ver above 0' : undefined;
}

function withoutVersion(answer: Answer): Answer {
  return { ...answer, headers: answer.headers.slice(2) };
}
