import { type HustDbNode, storeErrorOf } from '@kvtwin/hustdb-client';
import {
  bytesToLatin1,
  type CacheRequest,
  type NodeCacheReply,
  type NodeListing,
  type NodeWrite,
} from '@kvtwin/hustdb-protocol';
import { type CallOptions, StoreError, type StoreErrorCode, type WriteResult } from '@kvtwin/versioned-value';
import { checkTold } from './check-told.js';
import { Places } from './places.js';
import type { AddRequest, AddResult, CopyRequest, ListRequest, Side, TextRequest } from './side.js';

/** A page with values may have 64 MiB, and is held read, parsed and written anew; one of keys alone is small. */
const LISTINGS_WITH_VALUES_AT_A_TIME = 4;

/** A HustDB node as a side: it does everything by itself. */
export class NodeSide implements Side {
  readonly name: string;
  readonly copies = true;
  readonly #node: HustDbNode;
  readonly #withValues = new Places(LISTINGS_WITH_VALUES_AT_A_TIME);

  constructor(node: HustDbNode) {
    this.name = node.server;
    this.#node = node;
  }

  list(request: ListRequest, call: CallOptions): Promise<NodeListing> {
    const list = (): Promise<NodeListing> => this.#list(request, call);
    return request.request.noval === false ? this.#withValues.run(list, call.signal) : list();
  }

  #list(request: ListRequest, call: CallOptions): Promise<NodeListing> {
    return this.#ask(request.command, () => {
      switch (request.command) {
        case 'keys':
          return this.#node.keys(withoutPeer(request.request), call);
        case 'hkeys':
          return this.#node.hkeys(withoutPeer(request.request), call);
        case 'smembers':
          return this.#node.smembers(withoutPeer(request.request), call);
        case 'zrangebyrank':
          return this.#node.zrangebyrank(request.request, call);
        case 'zrangebyscore':
          return this.#node.zrangebyscore(request.request, call);
      }
    });
  }

  text(request: TextRequest, call: CallOptions): Promise<string | undefined> {
    return this.#ask(request.command, async () => {
      return checkTold(request.command, await this.#text(request, call), this.name);
    });
  }

  async #text(request: TextRequest, call: CallOptions): Promise<string | undefined> {
    switch (request.command) {
      case 'stat':
        return this.#node.stat(withoutPeer(request.request), call);
      case 'stat_all':
        return this.#node.statAll(call);
      case 'file_count':
        return String(await this.#node.fileCount(call));
    }
  }

  cache({ command, request }: CacheRequest, call: CallOptions): Promise<NodeCacheReply> {
    const name = command.slice('cache_'.length) as 'get';
    // The command and its request belong together; what the two types have in common is too little for the compiler.
    return this.#ask(command, async () => {
      const reply = await this.#node.cache(name, request as { key: Uint8Array }, call);
      if (reply.outcome === 'done') checkTold(command, bytesToLatin1(reply.body), this.name);
      return reply;
    });
  }

  add(add: AddRequest, call: CallOptions): Promise<AddResult> {
    return this.#ask('add', async () => addResult(await this.#added(add, call), this.name));
  }

  copy(copy: CopyRequest, call: CallOptions): Promise<WriteResult> {
    const { table, key, sum, version } = copy;
    const replay = version?.scheme === 'counter' ? { ver: Number(version.token), isDup: true } : {};
    const ttl = copy.ttlSeconds === undefined ? {} : { ttlSeconds: copy.ttlSeconds };
    return this.#ask('copy', async () => {
      const written =
        copy.type === 'hash'
          ? await this.#node.hset({ table, key, value: Buffer.from(sum), ...replay, ...ttl }, call)
          : await this.#node.zadd({ table, member: key, score: BigInt(sum), ...replay, ...ttl }, call);
      return writeResult(written, 'copy', this.name);
    });
  }

  close(): Promise<void> {
    return this.#node.close();
  }

  #added(add: AddRequest, call: CallOptions): Promise<NodeWrite> {
    const { table, key, by, copyTo } = add;
    const options = {
      ...(add.ver === 0 ? {} : { ver: add.ver }),
      ...(add.isDup ? { isDup: true } : {}),
      ...(add.ttlSeconds === undefined ? {} : { ttlSeconds: add.ttlSeconds }),
    };
    if (add.type === 'zset') {
      // A score of the least number there is cannot be negated; what is added wraps around anyway.
      return this.#node.zadd({ table, member: key, score: by, opt: 1, ...options }, call);
    }
    const host = copyTo === undefined ? {} : { host: copyTo };
    return this.#node.hincrby({ table, key, by, ...options, ...host }, call);
  }

  async #ask<R>(operation: string, call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (error) {
      throw storeErrorOf(error, this.name, operation);
    }
  }
}

function withoutPeer<R extends { readonly peer?: number }>({ peer: _, ...request }: R): Omit<R, 'peer'> {
  return request;
}

function addResult(write: NodeWrite, store: string): AddResult {
  const result = writeResult(write, 'add', store);
  if (write.outcome !== 'applied') return result;
  return { ...result, sum: bytesToLatin1(write.body) };
}

function writeResult(write: NodeWrite, operation: string, store: string): WriteResult {
  const refusal = (code: StoreErrorCode, why: string): StoreError =>
    new StoreError(`${operation} on ${store}: ${why}`, { code, store, operation });
  switch (write.outcome) {
    case 'applied':
      return { outcome: 'applied', version: { scheme: 'counter', token: write.version } };
    case 'mismatch':
    case 'stale':
      return { outcome: 'mismatch', version: { scheme: 'counter', token: write.version } };
    case 'absent':
    case 'rejected':
      return { outcome: 'absent' };
    case 'wrong-table':
      throw refusal('STORE_WRONG_TYPE', 'the table holds another type, or there is no room for one more');
    case 'refused':
      throw refusal('STORE_REJECTED', 'what is stored is no integer, or the node is full (403)');
    default:
      throw refusal('STORE_PROTOCOL', `the node takes the request for ${write.outcome}`);
  }
}
