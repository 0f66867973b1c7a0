import { type HustDbHa, storeErrorOf } from '@kvtwin/hustdb-client';
import { bytesToLatin1, type CacheRequest, type HaListing, type NodeListing } from '@kvtwin/hustdb-protocol';
import { settleWrite } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  type EntryVersion,
  type SideWrite,
  StoreError,
  type Two,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { askSide } from '../answers/ask-side.js';
import { checkTold } from '../sides/check-told.js';
import type { AddRequest, ListRequest, Side, TextRequest } from '../sides/side.js';
import type { Added, CacheRead, CacheWritten, Listed, PairCommands } from './pair-commands.js';

/** What the front's 404 says, which is nothing. */
const NOT_TOLD: SideWrite = { state: 'not-sent' };

/**
 * The commands of a HustDB HA front, which is a pair by itself: they are passed on to it. Its 404 does not tell why, so what
 * it stands for is `unreadable`.
 */
export class FrontCommands implements PairCommands {
  readonly #front: HustDbHa;
  readonly #name: { readonly name: string };
  readonly #sideNames: Two<string>;

  /** `sideNames`: what the front calls its masters, to know which one its `Sync` is about. */
  constructor(front: HustDbHa, sideNames: Two<string>) {
    this.#front = front;
    this.#name = { name: front.server };
    this.#sideNames = sideNames;
  }

  async list(request: ListRequest, timeoutMs: number): Promise<Listed> {
    return listed(
      await this.#ask(request.command, timeoutMs, (call) => askForListing(this.#front, request, call)),
    );
  }

  async cacheRead({ command, request }: CacheRequest, timeoutMs: number): Promise<CacheRead> {
    const name = command.slice('cache_'.length) as 'get';
    const read = await this.#ask(command, timeoutMs, async (call) => {
      const reply = await this.#front.cacheRead(name, request as { key: Uint8Array }, call);
      if (reply.outcome === 'found') checkTold(command, bytesToLatin1(reply.value), this.#name.name);
      return reply;
    });
    if (StoreError.is(read)) return { outcome: 'unreadable', error: read };
    return read.outcome === 'found'
      ? { outcome: 'found', value: read.value }
      : { outcome: 'unreadable', error: undefined };
  }

  async cacheWrite({ command, request }: CacheRequest, timeoutMs: number): Promise<CacheWritten> {
    const name = command.slice('cache_'.length) as 'del';
    const written = await this.#ask(command, timeoutMs, async (call) => {
      const reply = await this.#front.cacheWrite(name, request as { key: Uint8Array }, call);
      if (reply.outcome === 'applied') checkTold(command, bytesToLatin1(reply.body), this.#name.name);
      return reply;
    });
    const body = new Uint8Array(0);
    if (StoreError.is(written)) return { sides: ['unknown', 'unknown'], body };
    if (written.outcome === 'failed') return { sides: ['rejected', 'rejected'], body };
    if (written.fail === undefined) return { sides: ['applied', 'applied'], body: written.body };
    return { sides: ['applied', 'rejected'], body: written.body, failed: written.fail };
  }

  /** To whichever masters the front sends it; what it tells counts for both. */
  async add(request: AddRequest, _to: unknown, timeoutMs: number): Promise<Added> {
    let sum: string | undefined;
    let sync: string | undefined;
    let answered = true;
    const write = await settleWrite(async (): Promise<WriteResult> => {
      const result = await this.#ask('add', timeoutMs, (call) => askToAdd(this.#front, request, call));
      if (StoreError.is(result)) throw result;
      answered = result.outcome === 'applied';
      if (result.outcome !== 'applied') return { outcome: 'mismatch' };
      sum = bytesToLatin1(result.body);
      sync = result.sync;
      const { version } = result;
      return {
        outcome: 'applied',
        ...(version === undefined ? {} : { version: { scheme: 'counter', token: version } }),
      };
    }, this.#front.server);
    if (!answered) return { sides: [NOT_TOLD, NOT_TOLD], sum };
    if (sync === undefined) return { sides: [write, write], sum };
    const missed = this.#missed(sync);
    return {
      sides: sync === this.#sideNames[0] ? [missed, write] : [write, missed],
      sum,
      missed: { name: sync, ...versionOf(write) },
    };
  }

  #missed(host: string): SideWrite {
    const message = `the front could not write to ${host} and repairs it in the background (Sync)`;
    const details = { code: 'STORE_UNREACHABLE', store: this.#name.name, operation: 'add' } as const;
    return { state: 'unknown', error: new StoreError(message, details) };
  }

  #ask<R>(
    operation: string,
    timeoutMs: number,
    ask: (call: CallOptions) => Promise<R>,
  ): Promise<R | StoreError> {
    const side = this.#name;
    const asked = async (call: CallOptions): Promise<R> => {
      try {
        return await ask(call);
      } catch (error) {
        throw storeErrorOf(error, side.name, operation);
      }
    };
    return askSide(side, operation, timeoutMs, asked).catch((error: StoreError) => error);
  }
}

/** One of the nodes behind a front, by its number: what a front tells of a single node. */
export class FrontPeer implements Pick<Side, 'name' | 'list' | 'text'> {
  readonly name: string;
  readonly #front: HustDbHa;
  readonly #peer: number;

  constructor(front: HustDbHa, peer: number) {
    this.name = `${front.server} peer ${peer}`;
    this.#front = front;
    this.#peer = peer;
  }

  async list(request: ListRequest, call: CallOptions): Promise<NodeListing> {
    const asked = { ...request, request: { ...request.request, peer: this.#peer } } as ListRequest;
    const listing = await this.#ask(request.command, () => askForListing(this.#front, asked, call));
    if (listing.outcome === 'listed') return listing;
    return { outcome: 'wrong-table' };
  }

  text({ command, request }: TextRequest, call: CallOptions): Promise<string | undefined> {
    return this.#ask(command, async () => {
      const told = await this.#front.text(command, { ...request, peer: this.#peer }, call);
      return checkTold(command, told, this.name);
    });
  }

  async #ask<R>(operation: string, ask: () => Promise<R>): Promise<R> {
    try {
      return await ask();
    } catch (error) {
      throw storeErrorOf(error, this.name, operation);
    }
  }
}

function askForListing(front: HustDbHa, asked: ListRequest, call: CallOptions): Promise<HaListing> {
  switch (asked.command) {
    case 'keys':
      return front.keys(asked.request, call);
    case 'hkeys':
      return front.hkeys(asked.request, call);
    case 'smembers':
      return front.smembers(asked.request, call);
    case 'zrangebyrank':
      return front.zrangebyrank(asked.request, call);
    case 'zrangebyscore':
      return front.zrangebyscore(asked.request, call);
  }
}

function askToAdd(front: HustDbHa, add: AddRequest, call: CallOptions) {
  const { table, key, by } = add;
  const options = {
    ...(add.ver === 0 ? {} : { ver: add.ver }),
    ...(add.isDup ? { isDup: true } : {}),
    ...(add.ttlSeconds === undefined ? {} : { ttlSeconds: add.ttlSeconds }),
  };
  return add.type === 'hash'
    ? front.hincrby({ table, key, by, ...options }, call)
    : front.zadd({ table, member: key, score: by, opt: 1, ...options }, call);
}

function versionOf(write: SideWrite): { readonly version?: EntryVersion } {
  return write.state === 'applied' && write.version !== undefined ? { version: write.version } : {};
}

function listed(listing: HaListing | StoreError): Listed {
  if (StoreError.is(listing)) return { outcome: 'unreadable', error: listing };
  return listing.outcome === 'listed' ? listing : { outcome: 'unreadable', error: undefined };
}
