import { settleWrite } from '@kvtwin/replica-pair';
import type { PairStore, PairWrite, SideRead, SideWrite, Two } from '@kvtwin/versioned-value';
import { type Answer, notFound, textAnswer } from '../answers/answer.js';
import type { CallContext } from '../answers/call-context.js';
import type { HaCall } from '../commands/ha-call.js';
import type { Compatibility } from '../proxy-options.js';
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
  /**
   * For what must know the first side's state, so that nothing is counted twice: the result where that side does not
   * tell it. Then nothing is sent.
   */
  unsent?(first: SideWrite): W;
  send(): Promise<W>;
}

/** A write that was sent; `notKept` says why it must not be acknowledged. */
export interface KeptWrite<W extends PairWrite> {
  readonly result: W;
  readonly notKept?: string;
}

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
  const before = await repairs.before(store, key, { firstInAnyCase: write.unsent !== undefined });
  if (write.unsent !== undefined && before[0]?.state === 'failed') {
    const { error } = before[0];
    return { result: write.unsent(await settleWrite(() => Promise.reject(error), pair.sideNames[0])) };
  }
  const base = [before[0] && heldState(before[0]), before[1] && heldState(before[1])] as const;
  const { failure } = repairs.log;
  if (failure !== undefined && before.some((read) => read === undefined || read.state === 'failed')) {
    const notSent = { state: 'not-sent' } as const;
    return { result: { sides: [notSent, notSent] } as unknown as W, notKept: failure.message };
  }
  const nowMs = repairs.clock.nowMs();
  const expected = write.expected(before);
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
    result = await write.send();
  } catch (error) {
    repairs.log.end(intent, 'refused');
    throw error;
  }
  return keep(repairs, intent, write, result);
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
