import type { Two, VersionPolicy } from '@kvtwin/versioned-value';
import { type Answer, emptyAnswer, notFound, textAnswer } from './answer.js';
import type { CallContext } from './call-context.js';
import type { HaCall } from './ha-call.js';
import type { Added } from './pair-commands.js';
import type { AddRequest } from './side.js';
import { sidesHeader, writeAnswer } from './write-answer.js';

/**
 * What `/hincrby`, and `/zadd` with `opt`, answer.
 *
 * `/hincrby`, strict: the number is added to the first side, which brings the second one along; 200 and the sum, without a
 * version, `Sync` where it is known that the second did not follow; else 404 without a version, and nothing was sent to the
 * second. Extended: to both sides, each adds by itself, answered as any write, with the sum.
 *
 * `/zadd`: to both sides in both dialects; its answer never has the sum.
 */
export async function addAnswer(call: HaCall, policy: VersionPolicy, context: CallContext): Promise<Answer> {
  const { compat, pair, sideTimeoutMs } = context;
  const counter = call.command.type === 'hash';
  const refused = refusal(call, policy);
  if (refused !== undefined) {
    if (compat === 'extended') return textAnswer(400, 'invalid-request', refused);
    return counter
      ? withoutVersion(notFound('invalid-request', refused))
      : notFound('invalid-request', refused);
  }
  const request = requestOf(call);
  if (counter && compat === 'strict') {
    return strictSum(await pair.commands.add(request, 'first-then-copy', sideTimeoutMs), pair.sideNames);
  }
  const { sides, sum = '' } = await pair.commands.add(request, 'both', sideTimeoutMs);
  const kind = { policy, compat, sideNames: pair.sideNames, removal: false, replay: call.isDup };
  const answer = writeAnswer({ sides }, kind);
  return counter && answer.status === 200 ? { ...answer, body: [Buffer.from(sum)] } : answer;
}

function strictSum({ sides, sum = '' }: Added, sideNames: Two<string>): Answer {
  const [first, second] = sides;
  const told = sidesHeader({ sides });
  if (first.state !== 'applied') {
    return emptyAnswer(404, first.state === 'rejected' ? 'rejected' : 'unknown', told);
  }
  const body = [Buffer.from(sum)];
  if (second.state === 'applied' || second.state === 'not-sent') {
    return { ...emptyAnswer(200, 'applied', told), body };
  }
  return { ...emptyAnswer(200, second.state, ['Sync', sideNames[1], ...told]), body };
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
