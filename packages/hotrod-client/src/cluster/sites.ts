import type { EventMessage } from '@kvtwin/hotrod-protocol';
import type { Connection, ConnectionEnd, ConnectionLimits } from '../connection/connection.js';
import type { ServerChannel } from '../connection/server-channel.js';
import { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import { connectChannel, topologyChannel } from '../observe/diagnostics.js';
import type { ResolvedOptions, ResolvedSite } from '../options/options.js';
import type { CallTarget, PendingCall } from '../pending-call.js';
import type { CacheTopology } from './cache-topology.js';
import type { ClientEventListeners } from './client-events.js';
import { Cluster, type ClusterOwner } from './cluster.js';
import { type CallPlaces, LiveCalls } from './live-calls.js';
import type { SegmentView } from './segment-view.js';
import type { Backlog } from './waiting-calls.js';

/** What {@link Sites} takes from outside. */
export interface SitesInput {
  readonly options: ResolvedOptions;
  readonly listeners: ClientEventListeners;
  readonly traffic: ConnectionLimits['traffic'];
  /** Who hears of cache events, and of connections that will bring no more. */
  readonly onEvent: (connection: Connection, event: EventMessage) => void;
  readonly onConnectionEnd: (connection: Connection, why: string) => void;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** 0 up to 1. */
  readonly random: () => number;
}

/** Somebody who waits until a site answers. */
interface Waiter<T> {
  readonly resolve: (result: T) => void;
  readonly reject: (error: HotRodError) => void;
}

/**
 * The sites of a client. All calls go to one of them; when none of its servers can be reached, the others are asked, and
 * the first that answers takes over, with the calls that wait.
 */
export class Sites implements ClusterOwner, CallPlaces {
  readonly #input: SitesInput;
  readonly #calls = new LiveCalls(this);
  readonly #backlog: Backlog = { calls: 0, bytes: 0 };
  readonly #connections = new Map<number, ServerChannel>();
  /** Sites that were left and still answer what was under way. */
  readonly #left = new Set<Cluster>();
  /** Sites that are asked whether they are there. */
  readonly #asked = new Map<Cluster, Waiter<Cluster>>();
  #connecting: Waiter<void>[] = [];
  #lookingAround = false;
  /** Settled when no switch asked for is under way. */
  #switching: Promise<void> = Promise.resolve();
  #current: Cluster;
  #closed = false;

  constructor(input: SitesInput) {
    this.#input = input;
    this.#current = this.#clusterOf(input.options.sites[0]);
  }

  /** Name of the site in use. */
  get site(): string {
    return this.#current.site;
  }

  /** Servers of the site in use. */
  get channels(): Iterable<ServerChannel> {
    return this.#current.channels;
  }

  /** Calls waiting for their turn, and requests without an answer. */
  get load(): { readonly waiting: number; readonly waitingBytes: number; readonly inFlight: number } {
    let inFlight = 0;
    for (const channel of this.#connections.values()) inFlight += channel.connection?.inFlight ?? 0;
    return { waiting: this.#backlog.calls, waitingBytes: this.#backlog.bytes, inFlight };
  }

  get unreachable(): HotRodError | undefined {
    return this.#current.unreachable;
  }

  topologyOf(cacheName: string): CacheTopology<ServerChannel> | undefined {
    return this.#current.topologyOf(cacheName);
  }

  segmentsOf(target: CallTarget): SegmentView | undefined {
    return this.#current.segmentsOf(target);
  }

  /** The server of the site in use that a call about a key would go to now; undefined: any. */
  ownerOf(target: CallTarget, key: Uint8Array): ServerChannel | undefined {
    return this.#current.ownerOf(target, key);
  }

  /** Resolves when a server answers; rejects when each was asked in vain, once. */
  connect(): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#current.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#connecting.push({ resolve, reject });
      this.#current.start();
    });
  }

  /** Sends the call, or has it wait. It is settled in any case. */
  submit(call: PendingCall): void {
    if (call.settled) return;
    if (this.#closed) {
      call.fail('cannot be sent: the client is closed', { code: 'HOTROD_CLOSED' });
      return;
    }
    this.#calls.begin(call);
    this.#current.dispatch(call);
  }

  dispatchAgain(call: PendingCall): void {
    if (this.#closed) call.fail('was not sent again: the client was closed', { code: 'HOTROD_CLOSED' });
    else this.#current.dispatch(call);
  }

  /**
   * Goes on with another site as soon as one of its servers answers; rejects, and stays, where none does. One after the
   * other: the last that succeeds decides.
   */
  switchTo(name: string): Promise<void> {
    const switched = this.#switching.then(() => this.#switchNow(name));
    this.#switching = switched.catch(() => undefined);
    return switched;
  }

  async #switchNow(name: string): Promise<void> {
    if (this.#closed) throw closedError();
    const site = this.#input.options.sites.find((each) => each.name === name);
    if (site === undefined) {
      const known = this.#input.options.sites.map((each) => each.name).join(', ');
      throw new HotRodError(`there is no site ${JSON.stringify(name)}; there are ${known}`, {
        code: 'HOTROD_INVALID_ARGUMENT',
      });
    }
    if (site.name === this.site) return;
    this.#goTo(await this.#ask(this.#clusterOf(site)), false);
  }

  /** Settles every call with `HOTROD_CLOSED` and ends all connections. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#settleConnecting(closedError());
    for (const [cluster, { reject }] of [...this.#asked]) {
      reject(closedError());
      cluster.close();
    }
    this.#asked.clear();
    for (const cluster of [this.#current, ...this.#left]) cluster.close();
    this.#calls.timer.stop();
  }

  forEachCall(visit: (call: PendingCall) => void): void {
    for (const cluster of [this.#current, ...this.#left]) cluster.forEachCall(visit);
  }

  lookAfter(overdue: readonly PendingCall[], nowMs: number): void {
    for (const cluster of [this.#current, ...this.#left]) cluster.lookAfter(overdue, nowMs);
  }

  onReachable(cluster: Cluster): void {
    if (cluster === this.#current) this.#settleConnecting(undefined);
    const waiter = this.#asked.get(cluster);
    this.#asked.delete(cluster);
    waiter?.resolve(cluster);
  }

  onUnreachable(cluster: Cluster, error: HotRodError): void {
    const waiter = this.#asked.get(cluster);
    if (waiter !== undefined) {
      this.#asked.delete(cluster);
      cluster.close();
      waiter.reject(error);
    } else if (cluster === this.#current && !this.#lookingAround) {
      void this.#lookAround(cluster, error);
    }
  }

  onConnect({ site }: Cluster, connection: Connection): void {
    const { server, version: protocolVersion } = connection;
    this.#input.listeners.emit('connect', { site, server, protocolVersion });
  }

  onDisconnect(cluster: Cluster, connection: Connection, { why }: ConnectionEnd): void {
    const { id: connectionId, server } = connection;
    if (connectChannel.hasSubscribers) {
      connectChannel.publish({ phase: 'close', client: this.#input.options.name, server, connectionId, why });
    }
    this.#forgetLeft(cluster);
    this.#input.onConnectionEnd(connection, why);
    this.#input.listeners.emit('disconnect', { site: cluster.site, server, why });
  }

  onTopology(
    { site }: Cluster,
    { cacheName, topologyId, members, segmentCount }: CacheTopology<ServerChannel>,
  ): void {
    if (topologyChannel.hasSubscribers) {
      topologyChannel.publish({
        phase: 'change',
        client: this.#input.options.name,
        cache: cacheName,
        topologyId,
        servers: members.map(({ name }) => name),
        segmentCount,
      });
    }
    const servers = members.map(({ address }) => address);
    this.#input.listeners.emit('topology', { site, cache: cacheName, topologyId, servers, segmentCount });
  }

  onEvent(connection: Connection, event: EventMessage): void {
    this.#input.onEvent(connection, event);
  }

  #clusterOf(site: ResolvedSite): Cluster {
    const { options, traffic, nowMs, random } = this.#input;
    return new Cluster(site, this, {
      options,
      traffic,
      nowMs,
      random,
      backlog: this.#backlog,
      timer: this.#calls.timer,
      connections: this.#connections,
      intelligence: site.intelligence,
      begin: (call) => this.#calls.begin(call),
    });
  }

  /** Connects to a site; rejects when each of its servers was asked in vain. */
  #ask(cluster: Cluster): Promise<Cluster> {
    return new Promise((resolve, reject) => {
      this.#asked.set(cluster, { resolve, reject });
      cluster.start();
    });
  }

  /** The site in use cannot be reached: is another one there? */
  async #lookAround(lost: Cluster, error: HotRodError): Promise<void> {
    this.#lookingAround = true;
    const others = this.#input.options.sites
      .filter(({ name }) => name !== lost.site)
      .map((site) => this.#clusterOf(site));
    const found = await Promise.any(others.map((cluster) => this.#ask(cluster))).catch(() => undefined);
    this.#lookingAround = false;
    const goes = found !== undefined && this.#current === lost && !lost.connected && !this.#closed;
    if (goes) this.#goTo(found, true);
    for (const cluster of others) {
      if (cluster === this.#current) continue;
      this.#asked.get(cluster)?.reject(error);
      this.#asked.delete(cluster);
      cluster.close();
    }
    if (goes || this.#current !== lost) return;
    lost.countFailure();
    this.#settleConnecting(error);
  }

  #goTo(cluster: Cluster, automatic: boolean): void {
    // It may have been gone to meanwhile, by itself.
    if (this.#closed || cluster.site === this.site) {
      cluster.close();
      return;
    }
    const from = this.#current;
    const to = cluster.site;
    debugLog('going from site %s to %s', from.site, to);
    this.#current = cluster;
    this.#left.add(from);
    const calls = from.retire();
    this.#forgetLeft(from);
    if (topologyChannel.hasSubscribers) {
      const client = this.#input.options.name;
      topologyChannel.publish({ phase: 'site-switch', client, from: from.site, to, automatic });
    }
    for (const call of calls) cluster.dispatch(call);
    this.#settleConnecting(undefined);
    this.#input.listeners.emit('siteSwitch', { from: from.site, to, automatic });
  }

  #forgetLeft(cluster: Cluster): void {
    for (const channel of cluster.channels) if (channel.connection !== undefined) return;
    this.#left.delete(cluster);
  }

  #settleConnecting(error: HotRodError | undefined): void {
    const waiters = this.#connecting;
    this.#connecting = [];
    for (const { resolve, reject } of waiters) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }
}

function closedError(): HotRodError {
  return new HotRodError('the client is closed', { code: 'HOTROD_CLOSED' });
}
