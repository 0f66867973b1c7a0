import type { ServerChannel } from '../connection/server-channel.js';
import { formatServerAddress, type ServerAddress } from '../options/server-address.js';

/** After so long without an answer the next address is tried beside the first one. RFC 8305 has it between 100 ms and 2 s. */
const NEXT_CANDIDATE_AFTER_MS = 300;

/**
 * Attempts after which a server is given up that only a topology of old names, of a cache that nobody used lately. A call
 * that would go there has it tried again.
 */
const OLD_MEMBER_ATTEMPTS = 5;

/** What {@link ClusterMembers} needs to know. */
export interface ClusterMembersInput {
  /** The addresses that the client was given, in order. */
  readonly seeds: readonly ServerAddress[];
  /** Whether all of those are used in turn; else one of them, until it names the members. */
  readonly spread: boolean;
  readonly channelTo: (address: ServerAddress) => ServerChannel;
  /** Whether some cache's topology has the server. */
  readonly isReferenced: (channel: ServerChannel) => boolean;
}

/**
 * The servers of one cluster and which of them have a connection.
 *
 * ```
 *   nobody named members yet:   one seed, soon the next beside it, until one answers. (spread: all of them)
 *   members are known:          all of them; the seed that named them, until a member answers
 *   no member answers:          members and seeds together, whoever answers first names the members anew
 * ```
 */
export class ClusterMembers {
  readonly #input: ClusterMembersInput;
  readonly #byAddress = new Map<string, ServerChannel>();
  /** Members of the latest topology of any cache; empty: not known. */
  #latest: ReadonlySet<ServerChannel> = new Set();
  /** Who is asked for members while none are known, in order, and how many of those at the same time. */
  #candidates: ServerChannel[] = [];
  #tried = 0;
  #nextCandidate: NodeJS.Timeout | undefined;
  /** Servers that could not be reached since one could. */
  readonly #failed = new Set<ServerChannel>();
  #preferred: ServerChannel | undefined;
  #turn = 0;

  constructor(input: ClusterMembersInput) {
    this.#input = input;
  }

  /** Every server that there is a channel to, also those that are being left. */
  get all(): Iterable<ServerChannel> {
    return this.#byAddress.values();
  }

  /** Whether a server is connected that is to stay. */
  get connected(): boolean {
    for (const channel of this.all) if (channel.wanted && channel.connection !== undefined) return true;
    return false;
  }

  /** Whether somebody is being connected to at this moment. */
  get connecting(): boolean {
    for (const channel of this.all) if (channel.connecting) return true;
    return false;
  }

  get started(): boolean {
    return this.#candidates.length > 0 || this.#latest.size > 0;
  }

  /** Begins with the seeds. */
  start(): void {
    if (this.started) return;
    this.#candidates = this.#input.seeds.map((address) => this.channelOf(address));
    this.#tried = this.#input.spread ? this.#candidates.length : 1;
    this.adjust();
    this.#tryNextLater();
  }

  /** No more servers are tried. */
  stop(): void {
    clearTimeout(this.#nextCandidate);
  }

  /** Somebody waits for a connection. */
  hurry(): void {
    for (const channel of this.all) channel.hurry();
  }

  /** The channel to a server, made where there is none. One that is connected already under another name is that server's. */
  channelOf(address: ServerAddress): ServerChannel {
    const name = formatServerAddress(address);
    const known = this.#byAddress.get(name);
    if (known !== undefined) return known;
    for (const channel of this.all) {
      if (channel.connection?.remote !== name) continue;
      this.#byAddress.delete(channel.name);
      channel.rename(address);
      this.#byAddress.set(name, channel);
      return channel;
    }
    const channel = this.#input.channelTo(address);
    this.#byAddress.set(name, channel);
    return channel;
  }

  /** A topology names the members. Connections to new ones begin, those to the others end when they are done. */
  become(members: readonly ServerChannel[]): void {
    this.#latest = new Set(members);
    this.#candidates = [];
    this.adjust();
  }

  opened(channel: ServerChannel): void {
    this.#failed.clear();
    const first = this.#candidates.indexOf(channel);
    if (first > 0) this.#candidates = [channel, ...this.#candidates.filter((each) => each !== channel)];
    this.adjust();
  }

  /** The connection of a server is lost: it is the first to be asked again. */
  lost(channel: ServerChannel): 'some' | 'members' {
    if (this.#candidates.includes(channel) && !this.#input.spread) {
      this.#tried = 1;
      this.#tryNextLater();
    }
    this.adjust();
    return this.#isOut() ? 'members' : 'some';
  }

  /**
   * A server cannot be reached. `'members'`: neither can any member, it is time to start over. `'all'`: neither can
   * anybody, seeds included, each tried since the last time that this was so.
   */
  failed(channel: ServerChannel): 'some' | 'members' | 'all' {
    this.#failed.add(channel);
    if (this.connected) {
      this.adjust();
      return 'some';
    }
    if (this.#latest.size > 0) return this.#isOut() ? 'members' : 'some';
    if (this.#tryNext()) return 'some';
    if (this.#candidates.some((candidate) => !this.#failed.has(candidate))) return 'some';
    this.#failed.clear();
    return 'all';
  }

  /** Forgets who the members are: everybody ever named is asked, the seeds too. */
  startOver(): void {
    const members = [...this.#latest];
    const seeds = this.#input.seeds.map((address) => this.channelOf(address));
    this.#latest = new Set();
    this.#candidates = [...new Set([...seeds, ...members])];
    this.#tried = this.#candidates.length;
    this.adjust();
  }

  /** Connects to those who are needed, lets go of the others. */
  adjust(): void {
    const reached = [...this.#latest].some((member) => member.connection !== undefined);
    const asked = this.#asked();
    for (const channel of [...this.all]) {
      const needed =
        this.#latest.size === 0
          ? asked.has(channel)
          : this.#latest.has(channel) ||
            (!reached && channel.connection !== undefined) ||
            (isTrying(channel) && this.#input.isReferenced(channel));
      if (needed) channel.start();
      else channel.rest();
      if (!needed && channel.connection === undefined && !this.#isMentioned(channel)) {
        this.#byAddress.delete(channel.name);
        this.#failed.delete(channel);
      }
    }
  }

  /** One to which a call can be given that any server can do; the same each time, while it is there. */
  any(avoid: object | undefined): ServerChannel | undefined {
    if (this.#input.spread) return this.inTurn(this.#candidates, avoid) ?? this.#connectedOne(avoid);
    const preferred = this.#preferred;
    if (preferred?.ready && preferred !== avoid) return preferred;
    const next = this.#readyOne(avoid) ?? this.#connectedOne(avoid);
    if (next !== avoid) this.#preferred = next;
    return next;
  }

  /** The next of some servers, one after the other; undefined where none can be given a call. */
  inTurn(servers: readonly ServerChannel[], avoid: object | undefined): ServerChannel | undefined {
    for (let passed = 0; passed < servers.length; passed++) {
      this.#turn = (this.#turn + 1) % servers.length;
      const server = servers[this.#turn];
      if (server?.ready && server !== avoid) return server;
    }
    return undefined;
  }

  #readyOne(avoid: object | undefined): ServerChannel | undefined {
    for (const channel of this.all) if (channel.ready && channel !== avoid) return channel;
    return undefined;
  }

  /** One whose server is in doubt, or the one to be avoided: better than none. */
  #connectedOne(avoid: object | undefined): ServerChannel | undefined {
    let last: ServerChannel | undefined;
    for (const channel of this.all) {
      if (!channel.wanted || channel.connection === undefined) continue;
      if (channel !== avoid) return channel;
      last = channel;
    }
    return last;
  }

  /** Whether there was another candidate to be tried. */
  #tryNext(): boolean {
    if (this.connected || this.#tried >= this.#candidates.length) return false;
    this.#tried++;
    this.adjust();
    this.#tryNextLater();
    return true;
  }

  #tryNextLater(): void {
    clearTimeout(this.#nextCandidate);
    if (this.#tried >= this.#candidates.length) return;
    this.#nextCandidate = setTimeout(() => this.#tryNext(), NEXT_CANDIDATE_AFTER_MS);
    this.#nextCandidate.unref();
  }

  /** Whether there are members, and each was tried in vain. */
  #isOut(): boolean {
    if (this.#latest.size === 0 || this.connected) return false;
    for (const member of this.#latest) if (!this.#failed.has(member)) return false;
    return true;
  }

  #asked(): ReadonlySet<ServerChannel> {
    const { spread } = this.#input;
    const open = spread
      ? undefined
      : this.#candidates.find((candidate) => candidate.connection !== undefined);
    return new Set(open === undefined ? this.#candidates.slice(0, this.#tried) : [open]);
  }

  #isMentioned(channel: ServerChannel): boolean {
    return (
      this.#latest.has(channel) || this.#candidates.includes(channel) || this.#input.isReferenced(channel)
    );
  }
}

function isTrying({ connection, wanted, failures }: ServerChannel): boolean {
  return connection !== undefined || (wanted && failures < OLD_MEMBER_ATTEMPTS);
}
