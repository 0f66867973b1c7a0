import { ClientIntelligence, type EventMessage, type Topology } from '@kvtwin/hotrod-protocol';
import type { ChannelEnvironment } from '../connection/channel-environment.js';
import type { Connection, ConnectionEnd } from '../connection/connection.js';
import { type ChannelOwner, ServerChannel } from '../connection/server-channel.js';
import type { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import type { ResolvedSite } from '../options/options.js';
import type { CallTarget, PendingCall } from '../pending-call.js';
import { askKeyType } from './ask-key-type.js';
import { CacheRoutes } from './cache-routes.js';
import type { CacheTopology } from './cache-topology.js';
import { ClusterMembers } from './cluster-members.js';
import { failLost } from './fail-lost.js';
import { mappedAddress } from './mapped-address.js';
import { mayRepeat } from './may-repeat.js';
import { refuseOverload } from './overload.js';
import type { SegmentView } from './segment-view.js';
import { WaitingCalls } from './waiting-calls.js';

/** What the clusters of a client share, and take from outside. */
export interface ClusterEnvironment extends ChannelEnvironment {
  /** Open connections of all clusters by their ids, for what must go to one of them. */
  readonly connections: Map<number, ServerChannel>;
  /** Begins the time of a call of the client's own. */
  readonly begin: (call: PendingCall) => void;
}

/** What a cluster tells its client. */
export interface ClusterOwner {
  /** A server answers where none did before. */
  onReachable(cluster: Cluster): void;
  /** Every server was tried and none answers. Either the calls that wait are taken away, or {@link Cluster.countFailure} is called. */
  onUnreachable(cluster: Cluster, error: HotRodError): void;
  /** A server is connected. */
  onConnect(cluster: Cluster, connection: Connection): void;
  onDisconnect(cluster: Cluster, connection: Connection, end: ConnectionEnd): void;
  onTopology(cluster: Cluster, topology: CacheTopology<ServerChannel>): void;
  onEvent(connection: Connection, event: EventMessage): void;
  /** Sends a call that was under way once more, to the site in use. */
  dispatchAgain(call: PendingCall): void;
}

/**
 * The servers of one site, and the way of each call to one of them.
 *
 * ```
 *   dispatch → a key's owners, primary first → else any server in turn → ServerChannel
 *            ↘ nobody is connected: waits here ────── onOpen ──────────↗
 *   lost, or refused with "not here, not now" → once more, where that is safe, to another server
 * ```
 */
export class Cluster implements ChannelOwner {
  /** Name of the site. */
  readonly site: string;
  readonly #owner: ClusterOwner;
  readonly #environment: ClusterEnvironment;
  readonly #members: ClusterMembers;
  readonly #routes = new CacheRoutes();
  readonly #waiting: WaitingCalls;
  /** Calls between two attempts. */
  readonly #pausing = new Set<PendingCall>();
  /** Times that every server was tried in vain, since one answered. */
  #failures = 0;
  #lastFailure: HotRodError | undefined;
  #retired = false;

  constructor(site: ResolvedSite, owner: ClusterOwner, environment: ClusterEnvironment) {
    this.site = site.name;
    this.#owner = owner;
    this.#environment = environment;
    this.#waiting = new WaitingCalls(environment.backlog);
    this.#members = new ClusterMembers({
      seeds: site.servers,
      spread: environment.intelligence === ClientIntelligence.BASIC,
      channelTo: (address) => new ServerChannel(address, this, environment),
      isReferenced: (channel) => this.#routes.isReferenced(channel),
    });
  }

  get connected(): boolean {
    return this.#members.connected;
  }

  /** Why nobody is connected; undefined while somebody is, or nobody was tried. */
  get unreachable(): HotRodError | undefined {
    return this.connected ? undefined : this.#lastFailure;
  }

  get channels(): Iterable<ServerChannel> {
    return this.#members.all;
  }

  topologyOf(cacheName: string): CacheTopology<ServerChannel> | undefined {
    return this.#routes.topologyOf(cacheName);
  }

  /** Begins to connect, if it has not. */
  start(): void {
    if (!this.#retired) this.#members.start();
  }

  /** Sends a call to the best server, or has it wait. */
  dispatch(call: PendingCall): void {
    if (call.connectionId !== undefined) {
      this.#dispatchPinned(call, call.connectionId);
      return;
    }
    const channel = this.#choose(call);
    if (channel !== undefined) channel.submit(call);
    else this.#wait(call);
  }

  /** The segments of a target's cache; undefined where none are known. */
  segmentsOf(target: CallTarget): SegmentView | undefined {
    const route = this.#routes.routeOf(target);
    if (route.topology?.storage === 'unasked' && route.topology.owners !== undefined)
      this.#askStorage(route.topology);
    return route.segmentCount === 0 ? undefined : route;
  }

  /** The server that a call about a key would go to now; undefined: any. */
  ownerOf(target: CallTarget, key: Uint8Array): ServerChannel | undefined {
    const route = this.#routes.routeOf(target);
    if (route.topology?.storage === 'unasked' && route.topology.owners !== undefined)
      this.#askStorage(route.topology);
    return route.ownersOf(key)?.find(({ ready }) => ready);
  }

  forEachCall(visit: (call: PendingCall) => void): void {
    for (const channel of this.#members.all) channel.forEachCall(visit);
    this.#waiting.forEach(visit);
    for (const call of this.#pausing) visit(call);
  }

  lookAfter(overdue: readonly PendingCall[], nowMs: number): void {
    if (overdue.length > 0) this.#waiting.forgetSettled();
    for (const channel of [...this.#members.all]) channel.lookAfter(overdue, nowMs);
  }

  /** Counts an attempt of all calls that wait; those with too many fail. */
  countFailure(): void {
    if (this.connected) return;
    const { maxRetries } = this.#environment.options;
    const hopeless = this.#lastFailure?.code !== 'HOTROD_CONNECT';
    const tired = ++this.#failures > maxRetries;
    this.#waiting.forEach((call) => {
      if (hopeless || tired || ++call.failedConnects > maxRetries) this.#failUnconnected(call);
    });
    this.#waiting.forgetSettled();
  }

  /** Gives up the site: what is under way is answered yet, connections then end. Returns the calls that were not sent. */
  retire(): PendingCall[] {
    this.#retired = true;
    this.#members.stop();
    const calls = [...this.#waiting.drain(), ...this.#pausing].filter((call) => !call.settled);
    this.#pausing.clear();
    for (const channel of [...this.#members.all]) {
      calls.push(...channel.takeWaiting());
      channel.rest();
    }
    return calls;
  }

  /** Ends everything at once; calls fail with `HOTROD_CLOSED`. */
  close(): void {
    for (const call of this.retire())
      call.fail('was not sent: the client was closed', { code: 'HOTROD_CLOSED' });
    for (const channel of [...this.#members.all]) channel.close();
  }

  onOpen(channel: ServerChannel, connection: Connection): void {
    this.#environment.connections.set(connection.id, channel);
    this.#failures = 0;
    this.#members.opened(channel);
    this.#owner.onConnect(this, connection);
    this.#owner.onReachable(this);
    for (const call of this.#waiting.drain()) this.dispatch(call);
  }

  onNotOpen(channel: ServerChannel, error: HotRodError): void {
    this.#lastFailure = error;
    const failed = this.#members.failed(channel);
    if (failed === 'some') return;
    if (failed === 'all') {
      this.#owner.onUnreachable(this, error);
      return;
    }
    this.#startOver();
  }

  onLost(
    channel: ServerChannel,
    connection: Connection,
    end: ConnectionEnd,
    waiting: readonly PendingCall[],
  ): void {
    this.#environment.connections.delete(connection.id);
    if (!this.#retired && this.#members.lost(channel) === 'members') this.#startOver();
    const again: PendingCall[] = [];
    for (const call of end.calls) {
      if (this.#maySendAgain(call, connection, end)) {
        call.lostAttempt(end.why);
        again.push(call);
      } else {
        failLost(call, connection, end);
      }
    }
    if (again.length > 0)
      debugLog('%d calls are sent again after the loss of connection %d', again.length, connection.id);
    for (const call of again) this.#owner.dispatchAgain(call);
    for (const call of waiting) this.#owner.dispatchAgain(call);
    this.#owner.onDisconnect(this, connection, end);
  }

  onUnavailable(channel: ServerChannel, call: PendingCall): boolean {
    const { maxRetries, retryWrites, reconnectMinMs } = this.#environment.options;
    if (call.settled || call.connectionId !== undefined || call.sends > maxRetries) return false;
    if (!mayRepeat(call, retryWrites)) return false;
    call.lostAttempt('the server is starting or stopping, or has lost a member of its cluster');
    call.avoid = channel;
    const pauseMs = reconnectMinMs * 2 ** (call.sends - 1) * (1 - this.#environment.random() / 2);
    this.#pausing.add(call);
    setTimeout(() => {
      if (this.#pausing.delete(call) && !call.settled) this.#owner.dispatchAgain(call);
    }, pauseMs).unref();
    return true;
  }

  onTopology(connection: Connection, call: PendingCall, topology: Topology): void {
    const { target, topologyId } = call;
    if (this.#retired || call.route === undefined || target.intelligence !== undefined) return;
    const known = this.#routes.claim(target.cacheName, topology, topologyId, connection.id);
    if (known === undefined) return;
    if (topology.servers.length === 0) return;
    const { mapAddress } = this.#environment.options;
    const servers = topology.servers.map((server) =>
      this.#members.channelOf(mappedAddress(server, mapAddress)),
    );
    known.apply(topology, servers, connection.id);
    this.#routes.keep(known);
    debugLog(
      'cache %s: topology %d with %d members',
      target.cacheName,
      known.topologyId,
      known.members.length,
    );
    this.#members.become(known.members);
    // Now, while the members are being connected to: the first key finds its owner the sooner.
    if (known.owners !== undefined && known.storage === 'unasked') this.#askStorage(known);
    this.#owner.onTopology(this, known);
  }

  hasOthers(channel: ServerChannel): boolean {
    for (const other of this.#members.all) if (other.ready && other !== channel) return true;
    return false;
  }

  onEvent(connection: Connection, event: EventMessage): void {
    this.#owner.onEvent(connection, event);
  }

  #choose(call: PendingCall): ServerChannel | undefined {
    const route = this.#routes.routeOf(call.target);
    call.route = route;
    const { avoid } = call;
    const { topology } = route;
    if (topology === undefined) return this.#members.any(avoid);
    if (call.routeBy !== undefined && topology.owners !== undefined) {
      if (topology.storage === 'unasked') this.#askStorage(topology);
      const owners = route.ownersOf(call.routeBy);
      const first = owners?.[0];
      if (first?.ready && first !== avoid) return first;
      if (owners !== undefined) {
        first?.start();
        for (const owner of owners) if (owner.ready && owner !== avoid) return owner;
      }
    }
    return this.#members.inTurn(topology.members, avoid) ?? this.#members.any(avoid);
  }

  #dispatchPinned(call: PendingCall, connectionId: number): void {
    const channel = this.#environment.connections.get(connectionId);
    if (channel?.connection?.id === connectionId) {
      channel.submit(call);
      return;
    }
    const lostCursor = call.operation.name.startsWith('iteration');
    call.fail(
      `lost its ${lostCursor ? 'cursor' : 'connection'}: the connection that it belongs to has ended`,
      {
        code: lostCursor ? 'HOTROD_ITERATION_LOST' : 'HOTROD_CONNECTION_LOST',
        retryable: lostCursor,
      },
    );
  }

  #startOver(): void {
    debugLog('no member of site %s answers; starting over with the addresses given', this.site);
    this.#routes.forgetAll();
    this.#members.startOver();
  }

  #wait(call: PendingCall): void {
    const { options, backlog } = this.#environment;
    this.start();
    this.#members.hurry();
    const refused = this.#failures > 0 && this.#lastFailure?.code !== 'HOTROD_CONNECT';
    const ahead = { inFlight: 0, waiting: this.#waiting.size, where: 'for a connection' };
    if ((refused || this.#failures > options.maxRetries) && !this.#members.connecting)
      this.#failUnconnected(call);
    else if (!refuseOverload(call, options, backlog, ahead)) this.#waiting.push(call);
  }

  #failUnconnected(call: PendingCall): void {
    const last = this.#lastFailure;
    call.fail(`was not sent: ${last?.message ?? 'there is no connection'}`, {
      code: last?.code ?? 'HOTROD_CONNECT',
      server: last?.server,
      retryable: last?.retryable ?? true,
      cause: last,
    });
  }

  #maySendAgain(call: PendingCall, connection: Connection, end: ConnectionEnd): boolean {
    const { maxRetries, retryWrites } = this.#environment.options;
    if (end.code !== 'HOTROD_CONNECTION_LOST') return false;
    if (call.connectionId !== undefined || call.sends > maxRetries) return false;
    const unwritten = !connection.wasWritten(call);
    if (!unwritten) return mayRepeat(call, retryWrites);
    call.sentOn = 0;
    return true;
  }

  /** Until it is known how a cache stores keys, they go to its servers in turn. */
  #askStorage(topology: CacheTopology<ServerChannel>): void {
    const call = askKeyType(topology, this.#environment.options.timeoutMs);
    this.#environment.begin(call);
    this.dispatch(call);
  }
}
