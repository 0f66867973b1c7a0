import { equalBytes } from '@kvtwin/bytes';
import {
  type CallOptions,
  type Clock,
  type PairRead,
  type SideRead,
  type SideWrite,
  StoreError,
  type Two,
  type VersionedStore,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { alignVersion, isAligned, lowerVersion } from './align-versions.js';
import type { PairSide } from './pair-side.js';
import {
  casGuard,
  type PlannedWrite,
  planWrite,
  type Target,
  targetOf,
  weakestGuard,
} from './plan-repair.js';
import type { RepairRequest } from './repair-request.js';
import type { RepairGuard, RepairOutcome, RepairResult, RepairWrite } from './repair-result.js';
import { sameObservation } from './same-observation.js';
import { type Sha256, sha256Hex } from './sha256-hex.js';
import { settleWrite } from './write-side.js';

/** What a repair works on. */
export interface RepairParts {
  readonly sides: Two<PairSide>;
  readonly read: (key: Uint8Array, options: CallOptions) => Promise<PairRead>;
  readonly clock: Clock;
  readonly sha256: Sha256 | undefined;
}

const notSent: SideWrite = { state: 'not-sent' };

/** Sets one key right. Every expected ending is an outcome; rejects only on misuse and when the signal fires. */
export async function repairKey(
  parts: RepairParts,
  key: Uint8Array,
  request: RepairRequest,
): Promise<RepairResult> {
  const call: CallOptions = { signal: request.signal, timeoutMs: request.timeoutMs };
  const before = await parts.read(key, call);
  const hashes: Two<string | null> = [
    await hashOf(before.sides[0], parts.sha256),
    await hashOf(before.sides[1], parts.sha256),
  ];
  const nothing: RepairWrite = { action: 'none', result: notSent };
  const ended = (outcome: RepairOutcome): RepairResult => ({
    outcome,
    writes: [nothing, nothing],
    before,
    hashes,
  });
  if (before.kind === 'unreadable') return ended('unreadable');
  if (changedSince(request, before, hashes)) return ended('changed-since');
  const { align = {} } = request;
  const taken = targetOf(request.take, before.sides);
  if (taken === 'nothing-to-take') return ended(taken);
  const evenIfSame = align.expirations === true && before.expirationSkewMs !== undefined;
  const counted = align.versions === true && before.versionsCompared && taken.value !== undefined;
  const version = counted && taken.from !== undefined ? { version: taken.from.version } : {};
  const target: Target = { ...taken, ...version, evenIfSame };
  const plans = await planBoth(parts, target, before);
  const guard = weakestGuard(plans) ?? (counted ? await guardOfLower(parts.sides, before) : undefined);
  if (guard === undefined) return ended('nothing-to-do');
  if (guard === 'none' && request.allowUnguarded !== true) {
    return {
      ...ended('unguarded'),
      guard,
      writes: [describe(plans[0], notSent), describe(plans[1], notSent)],
    };
  }
  await request.beforeWrite?.({
    before,
    writes: [describe(plans[0], notSent), describe(plans[1], notSent)],
  });
  // Whatever the intent took, what is left of an expiration is counted from now.
  const current = request.beforeWrite === undefined ? plans : await planBoth(parts, target, before);
  const results = await writeBoth(parts.sides, key, current, call);
  const writes: Two<RepairWrite> = [describe(current[0], results[0]), describe(current[1], results[1])];
  // What was written must be told, even if the signal fires before it is read again.
  let after = await parts.read(key, call).catch(() => undefined);
  if (counted && after !== undefined && (await countedUp(parts, key, target, after, call))) {
    after = await parts.read(key, call).catch(() => undefined);
  }
  const reached = outcomeOf(results, after, target);
  const outcome = reached === 'repaired' && !isAligned(after!, align) ? 'unverified' : reached;
  return { outcome, guard, writes, before, ...(after === undefined ? {} : { after }), hashes };
}

async function planBoth(parts: RepairParts, target: Target, before: PairRead): Promise<Two<PlannedWrite>> {
  const nowMs = parts.clock.nowMs();
  const plan = async (at: 0 | 1): Promise<PlannedWrite> =>
    planWrite(target, before.sides[at], await parts.sides[at].capabilities(), nowMs);
  return [await plan(0), await plan(1)];
}

/** How safe it is to count up the side that is behind; undefined where none is. */
async function guardOfLower(sides: Two<PairSide>, read: PairRead): Promise<RepairGuard | undefined> {
  const lower = lowerVersion(read);
  return lower === undefined ? undefined : casGuard(await sides[lower.at].capabilities());
}

/** Whether a side was behind and was written. A failure shows in the read afterwards: it is still behind. */
async function countedUp(
  parts: RepairParts,
  key: Uint8Array,
  target: Target,
  after: PairRead,
  call: CallOptions,
): Promise<boolean> {
  const lower = lowerVersion(after);
  if (lower === undefined || !after.sides.every((side) => holds(side, target.value))) return false;
  await alignVersion(parts.sides[lower.at], key, lower, { clock: parts.clock, call }).catch(() => undefined);
  return true;
}

/** Writes the first side, then the second; the second is left alone when the first did not take its write. */
async function writeBoth(
  sides: Two<PairSide>,
  key: Uint8Array,
  plans: Two<PlannedWrite>,
  call: CallOptions,
): Promise<Two<SideWrite>> {
  const first = await writeSide(sides[0], key, plans[0], call);
  const goOn = plans[0].action === 'none' || first.state === 'applied';
  return [first, goOn ? await writeSide(sides[1], key, plans[1], call) : notSent];
}

function writeSide(
  side: PairSide,
  key: Uint8Array,
  plan: PlannedWrite,
  options: CallOptions,
): Promise<SideWrite> {
  if (plan.action === 'none') return Promise.resolve(notSent);
  return settleWrite(async () => {
    if (plan.guard !== 'strong' && (await movedSince(side, key, plan, options)))
      return { outcome: 'mismatch' };
    return side.call(plan.action, options, (store, call) => send(store, key, plan, call));
  }, side.name);
}

/** The weak guard: looks directly before the write whether the side still holds what was read. */
async function movedSince(
  side: PairSide,
  key: Uint8Array,
  plan: Exclude<PlannedWrite, { action: 'none' }>,
  options: CallOptions,
): Promise<boolean> {
  const now = await side.read(key, options);
  if (now.state === 'failed') throw now.error;
  const seen: SideRead =
    plan.entry === undefined ? { state: 'absent' } : { state: 'present', entry: plan.entry };
  return !sameObservation(seen, now);
}

function send(
  store: VersionedStore,
  key: Uint8Array,
  plan: Exclude<PlannedWrite, { action: 'none' }>,
  call: CallOptions,
): Promise<WriteResult> {
  const guarded = plan.guard !== 'none';
  if (plan.action === 'remove') {
    return guarded ? store.removeIfVersion(key, plan.entry.version, call) : store.remove(key, call);
  }
  const replay = plan.replay === undefined ? {} : { replayVersion: plan.replay.version };
  const options = { ...plan.options, ...replay, ...call };
  if (!guarded || plan.replay?.by === 'put') return store.put(key, plan.value, options);
  return plan.entry === undefined
    ? store.putIfAbsent(key, plan.value, options)
    : store.replaceIfVersion(key, plan.value, plan.entry.version, options);
}

function describe(plan: PlannedWrite, result: SideWrite): RepairWrite {
  if (plan.action === 'none') return { action: 'none', result };
  const { action, guard } = plan;
  return 'expiration' in plan
    ? { action, guard, result, expiration: plan.expiration }
    : { action, guard, result };
}

function outcomeOf(results: Two<SideWrite>, after: PairRead | undefined, target: Target): RepairOutcome {
  for (const result of results) {
    if (result.state === 'unknown') return 'unknown';
    if (result.state === 'rejected') return result.reason === 'error' ? 'rejected' : 'changed-since';
  }
  const reached = after?.sides.every((side) => holds(side, target.value));
  return reached === true ? 'repaired' : 'unverified';
}

function holds(side: SideRead, value: Uint8Array | undefined): boolean {
  if (value === undefined) return side.state === 'absent';
  return side.state === 'present' && equalBytes(side.entry.value, value);
}

function changedSince(request: RepairRequest, now: PairRead, hashes: Two<string | null>): boolean {
  const { basedOn, ifHashes } = request;
  if (basedOn?.kind === 'unreadable') {
    throw new StoreError('a repair cannot be based on a read that failed; read again first', {
      code: 'STORE_INVALID_ARGUMENT',
      operation: 'repair',
    });
  }
  const moved = (at: 0 | 1): boolean =>
    (basedOn !== undefined && !sameObservation(basedOn.sides[at], now.sides[at])) ||
    (ifHashes !== undefined && ifHashes[at] !== hashes[at]);
  return moved(0) || moved(1);
}

async function hashOf(side: SideRead, sha256: Sha256 | undefined): Promise<string | null> {
  return side.state === 'present' ? sha256Hex(side.entry.value, sha256) : null;
}
