import { settleWrite } from '@kvtwin/replica-pair';
import type { PairStore, PairWrite, SideRead, SideWrite, Two } from '@kvtwin/versioned-value';
import { type Answer, notFound, textAnswer } from '../answers/answer.js';
import type { CallContext } from '../answers/call-context.js';
import type { HaCall } from '../commands/ha-call.js';
import type { Compatibility } from '../proxy-options.js';
import { type AdditionSides, additionSides } from './addition-sides.js';
import { isRepairable } from './bring-along.js';
import { heldState, type RepairIntent } from './repair-intent.js';
import { IntentNotKept } from './repair-log.js';
import { pairName, type Repairs } from './repairs.js';

/** What a write does, as far as its repair must know. */
export interface WriteToKeep<W extends PairWrite> {
  /** SHA-256 of what the key is to hold; null: nothing. Undefined: it shows only in the result. */
  expected(before: Two<SideRead | undefined>): string | null | undefined;
  /** SHA-256 of what the key holds on the side that took the write. */
  written(result: W): string | null;
  readonly removal: boolean;
  readonly replay: boolean;
  readonly conditional: boolean;
  /** A second side that gets it later by intention, in ms. */
  readonly copyAfterMs?: number;
  /** Of an addition, which must not be made twice, nor upon a number that lags behind. */
  readonly addition?: Addition<W>;
  /** `only`: to this side alone. */
  send(only?: 0 | 1): Promise<W>;
}

/** How an addition is made. */
export interface Addition<W extends PairWrite> {
  /** To the first side, whose number must be known for that, or not at all. */
  readonly toFirst: boolean;
  /** The result where nothing is sent. */
  unsent(sides: Two<SideWrite>): W;
}

/** A write that was sent; `notKept` says why it must not be acknowledged. */
export interface KeptWrite<W extends PairWrite> {
  readonly result: W;
  readonly notKept?: string;
}

const NOT_SENT = { state: 'not-sent' } as const;

/** What no value has: the hash of a sum that nobody knows. */
const UNKNOWN_SUM = 'unknown';

/**
 * Sends a write to the sides, and has it kept where it stands on one of them only.
 *
 *     read both sides ── note it in the journal ── first side ── second side ─┬─ both took it: strike it out
 *                          (not synced)                                       ├─ one is unknown: sync the intent, then answer
 *                                                                             └─ one refused: conflict log
 */
export async function journaledWrite<W extends PairWrite>(
  call: HaCall,
  store: PairStore,
  { pair, repairs }: CallContext,
  write: WriteToKeep<W>,
): Promise<KeptWrite<W>> {
  if (repairs === undefined || !isRepairable(store)) return { result: await write.send() };
  const { command, table } = call;
  const key = { pair: pairName(pair), type: command.type, table, key: call.key };
  const { addition } = write;
  const before = await repairs.before(store, key, { firstInAnyCase: addition?.toFirst === true });
  const sides = addition === undefined ? 'both' : sidesOf(addition, repairs.waitingOf(key), before);
  if (addition !== undefined && sides === 'none') {
    const asked = before.map((read, at) => notSent(read, pair.sideNames[at as 0 | 1]));
    const [first, second] = (await Promise.all(asked)) as [SideWrite, SideWrite];
    return { result: addition.unsent([first, second]) };
  }
  const only = typeof sides === 'number' ? sides : undefined;
  const base = [before[0] && heldState(before[0]), before[1] && heldState(before[1])] as const;
  const { failure } = repairs.log;
  if (failure !== undefined && before.some((read) => read === undefined || read.state === 'failed')) {
    return { result: { sides: [NOT_SENT, NOT_SENT] } as unknown as W, notKept: failure.message };
  }
  const nowMs = repairs.clock.nowMs();
  const expected = write.expected(only === undefined ? before : onlyOf(before, only));
  const intent = await repairs.log.begin({
    ...key,
    atMs: nowMs,
    command: command.name,
    base,
    written: expected === undefined ? UNKNOWN_SUM : expected,
    conditional: write.conditional,
    ...(call.ttlSeconds === undefined || write.removal
      ? {}
      : { expiresAtMs: nowMs + call.ttlSeconds * 1000 }),
  });
  let result: W;
  try {
    result = await write.send(only);
  } catch (error) {
    repairs.log.end(intent, 'refused');
    throw error;
  }
  return keep(repairs, intent, write, result);
}

function sidesOf(
  { toFirst }: Addition<PairWrite>,
  waiting: readonly RepairIntent[],
  before: Two<SideRead | undefined>,
): AdditionSides {
  const sides = additionSides(waiting, before);
  if (toFirst && (sides === 1 || before[0]?.state === 'failed')) return 'none';
  return sides;
}

function onlyOf(reads: Two<SideRead | undefined>, side: 0 | 1): Two<SideRead | undefined> {
  return side === 0 ? [reads[0], undefined] : [undefined, reads[1]];
}

/** How a side counts to which nothing was sent: as failed, where it could not be read. */
function notSent(read: SideRead | undefined, name: string): Promise<SideWrite> {
  if (read?.state !== 'failed') return Promise.resolve(NOT_SENT);
  return settleWrite(() => Promise.reject(read.error), name);
}

async function keep<W extends PairWrite>(
  repairs: Repairs,
  intent: RepairIntent,
  write: WriteToKeep<W>,
  result: W,
): Promise<KeptWrite<W>> {
  const { log } = repairs;
  const [first, second] = result.sides;
  if (first.state === 'applied' && second.state === 'applied') {
    log.end(intent, 'both');
    return { result };
  }
  if (first.state !== 'applied' && second.state !== 'applied') {
    keepDoubt(repairs, intent, write, result.sides);
    return { result };
  }
  const side = first.state === 'applied' ? 1 : 0;
  const other = result.sides[side];
  if (other.state === 'rejected') {
    log.end(intent, 'rejected');
    if (!isContent(other, write)) await noteRejection(repairs, intent, side, other);
    return { result };
  }
  try {
    await log.owe({ ...intent, side, written: write.written(result) });
  } catch (error) {
    if (!(error instanceof IntentNotKept)) throw error;
    return { result, notKept: error.message };
  }
  if (write.copyAfterMs !== undefined) repairs.postpone(intent, write.copyAfterMs);
  repairs.worker.wake();
  return { result };
}

/** Nobody is told that it was done. If it may have been all the same, a later look at both sides finds out. */
function keepDoubt(
  repairs: Repairs,
  intent: RepairIntent,
  write: Pick<WriteToKeep<PairWrite>, 'removal' | 'replay'>,
  sides: Two<SideWrite>,
): void {
  const mayStand = sides.some((side) => side.state === 'unknown' && side.error.mayHaveBeenApplied);
  if (!mayStand) {
    repairs.log.end(intent, 'refused');
    return;
  }
  const refusedBy = sides.findIndex((side) => side.state === 'rejected' && !isContent(side, write));
  repairs.log.doubt(refusedBy < 0 ? intent : { ...intent, refusedBy: refusedBy as 0 | 1 });
  repairs.worker.wake();
}

/** A side that has nothing to delete, or ignores a replay since it is newer, is as it was asked to be. */
function isContent(
  side: SideWrite & { readonly state: 'rejected' },
  { removal, replay }: Pick<WriteToKeep<PairWrite>, 'removal' | 'replay'>,
): boolean {
  return (removal && side.reason === 'absent') || (replay && side.reason === 'mismatch');
}

async function noteRejection(
  repairs: Repairs,
  intent: RepairIntent,
  side: 0 | 1,
  refusal: SideWrite & { readonly state: 'rejected' },
): Promise<void> {
  const { pair, type, table, key, command, base, written } = intent;
  const took = { hash: written };
  await repairs.conflicts.add({
    pair,
    type,
    table,
    key,
    command,
    kind: 'rejected',
    atMs: repairs.clock.nowMs(),
    why: `the ${side === 0 ? 'first' : 'second'} side refused: ${refusal.error?.code ?? refusal.reason}`,
    sides: side === 0 ? [base[0], took] : [took, base[1]],
  });
}

/** The answer to a write that stands on one side and could not be kept for the other. */
export function notKeptAnswer(why: string, compat: Compatibility): Answer {
  const message = `the write cannot be kept for repair, so it is not acknowledged: ${why}`;
  if (compat === 'strict') return notFound('unknown', message);
  return textAnswer(503, 'unknown', message, ['Retry-After', '1']);
}
