import {
  type CacheRequest,
  findInQuery,
  type NamedRequest,
  parseHaRequest,
  slotOf,
} from '@kvtwin/hustdb-protocol';
import { StoreError } from '@kvtwin/versioned-value';
import type { Cluster, ServedPair } from '../cluster/cluster.js';
import { rawKeyOf } from '../cluster/routed-slot.js';
import type { ClusterCommand } from '../commands/cluster-command.js';
import type { Compatibility } from '../proxy-options.js';
import type { ListRequest, TextRequest } from '../sides/side.js';
import { listSide } from '../sides/two-sides.js';
import { type Answer, notFound, textAnswer } from './answer.js';
import { askSide } from './ask-side.js';
import { cacheReadAnswer, cacheWriteAnswer } from './cache-answer.js';
import { failedAnswer, listingAnswer, peerTextAnswer } from './listing-answer.js';

/** What a command of the whole cluster is answered from. */
export interface ClusterContext {
  readonly cluster: Cluster;
  readonly compat: Compatibility;
  readonly sideTimeoutMs: number;
}

/** A request as it came: `query` undecoded, one character per byte. */
export interface ClusterCall {
  readonly command: ClusterCommand;
  readonly method: string;
  readonly target: string;
  readonly query: string;
  readonly body: Uint8Array;
}

/** Reads the request, asks whom it is for, and answers. Rejects with what a pair that cannot do it rejects with. */
export async function clusterAnswer(call: ClusterCall, context: ClusterContext): Promise<Answer> {
  const { command } = call;
  const parsed = parseHaRequest(command.name, call);
  if (parsed.kind === 'refused') {
    const what = parsed.value === undefined ? 'is missing or empty' : `must not be ${shown(parsed.value)}`;
    const { parameter } = parsed;
    const message = `parameter ${parameter} ${what}`;
    const sought = command.checks.has(parameter) && findInQuery(call.query, parameter) === undefined;
    return refusal(command, context.compat, { closes: parsed.realHa === 'closes', sought }, message);
  }
  switch (command.family) {
    case 'peer-listing':
    case 'peer-text':
      return peerAnswer(parsed, command, context);
    case 'range': {
      const request = parsed as ListRequest;
      const pair = pairOf(context.cluster, Buffer.from(tableOf(request)));
      const listed = await pair.commands.list(request, context.sideTimeoutMs);
      return listingAnswer(listed, context.compat, { scores: true });
    }
    case 'cache-read': {
      const pair = pairOf(context.cluster, rawKeyOf(call.query));
      const read = await pair.commands.cacheRead(parsed as CacheRequest, context.sideTimeoutMs);
      return cacheReadAnswer(read, context.compat);
    }
    case 'cache-write': {
      const pair = pairOf(context.cluster, rawKeyOf(call.query));
      const request = withoutPlus(parsed as CacheRequest);
      const written = await pair.commands.cacheWrite(request, context.sideTimeoutMs);
      return cacheWriteAnswer(written, pair.sideNames, context.compat);
    }
  }
}

async function peerAnswer(
  named: NamedRequest,
  command: ClusterCommand,
  context: ClusterContext,
): Promise<Answer> {
  try {
    return await askPeer(named, command, context);
  } catch (error) {
    if (!StoreError.is(error) || error.code === 'STORE_UNSUPPORTED') throw error;
    return failedAnswer(error, context.compat);
  }
}

async function askPeer(
  named: NamedRequest,
  command: ClusterCommand,
  { cluster, compat, sideTimeoutMs }: ClusterContext,
): Promise<Answer> {
  const number = (named.request as { readonly peer?: number }).peer ?? 0;
  const peer = number < 0 ? undefined : await cluster.peer(number, sideTimeoutMs);
  if (peer === undefined) {
    const count = await cluster.peerCount(sideTimeoutMs);
    return refusal(
      command,
      compat,
      { closes: true, sought: true },
      `parameter peer must be from 0 to ${count - 1}, not ${number}`,
    );
  }
  if (command.family === 'peer-listing') {
    return listingAnswer(await listSide(peer, named as ListRequest, sideTimeoutMs), compat);
  }
  const ask = (call: { readonly timeoutMs?: number }) => peer.text(named as TextRequest, call);
  return peerTextAnswer(await askSide(peer, command.name, sideTimeoutMs, ask));
}

/**
 * What HustDB HA refuses: it closes the connection, for which we answer 400; or answers 404, with `Version: 0` where it has
 * `sought` the parameter itself, in vain, before a write to the cache. Extended: 400 and the reason in every case.
 */
function refusal(
  command: ClusterCommand,
  compat: Compatibility,
  { closes, sought }: { readonly closes: boolean; readonly sought: boolean },
  message: string,
): Answer {
  if (closes || compat === 'extended') return textAnswer(400, 'invalid-request', message);
  const answer = notFound('invalid-request', message);
  const missed = command.family === 'cache-write' && sought;
  if (command.scores || command.family === 'cache-read' || missed) return answer;
  return { ...answer, headers: answer.headers.slice(2) };
}

/** HustDB takes `+5` for a number; its clients do not send it. */
function withoutPlus(asked: CacheRequest): CacheRequest {
  if (asked.command !== 'cache_hincrbyfloat') return asked;
  const { request } = asked;
  return { ...asked, request: { ...request, amount: request.amount.replace(/^\+(?=[\d.])/, '') } };
}

function pairOf(cluster: Cluster, routed: Uint8Array): ServedPair {
  return cluster.only ?? cluster.pairOf(slotOf(routed));
}

function tableOf({ request }: ListRequest): string {
  return 'table' in request ? request.table : '';
}

function shown(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
}
