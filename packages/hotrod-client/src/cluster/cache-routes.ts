import type { Topology } from '@kvtwin/hotrod-protocol';
import type { ServerChannel } from '../connection/server-channel.js';
import type { CallTarget } from '../pending-call.js';
import { CacheRoute } from './cache-route.js';
import { CacheTopology } from './cache-topology.js';

/** What one cluster has told about its caches, and the way of each target to them. */
export class CacheRoutes {
  readonly #topologies = new Map<string, CacheTopology<ServerChannel>>();
  #routes = new WeakMap<CallTarget, CacheRoute>();
  #last: CacheRoute | undefined;

  /** The route of a target, with the topology of its cache where one is known by now. */
  routeOf(target: CallTarget): CacheRoute {
    let route = this.#last;
    if (route?.target !== target) {
      route = this.#routes.get(target);
      if (route === undefined) {
        route = new CacheRoute(target);
        this.#routes.set(target, route);
      }
      this.#last = route;
    }
    // Only caches that have a topology are kept by name: the names that callers make up must not add up.
    if (route.topology === undefined && route.lookedUp !== this.#topologies.size) {
      route.topology = this.#topologies.get(target.cacheName);
      route.lookedUp = this.#topologies.size;
    }
    return route;
  }

  topologyOf(cacheName: string): CacheTopology<ServerChannel> | undefined {
    return this.#topologies.get(cacheName);
  }

  /** The topology of a cache that has just told one. */
  claim(cacheName: string, topology: Topology, askedWith: number, connectionId: number) {
    const known = this.#topologies.get(cacheName) ?? new CacheTopology<ServerChannel>(cacheName);
    return known.isNews(topology, askedWith, connectionId) ? known : undefined;
  }

  keep(topology: CacheTopology<ServerChannel>): void {
    this.#topologies.set(topology.cacheName, topology);
  }

  isReferenced(channel: ServerChannel): boolean {
    for (const { members } of this.#topologies.values()) if (members.includes(channel)) return true;
    return false;
  }

  forgetAll(): void {
    this.#topologies.clear();
    this.#routes = new WeakMap();
    this.#last = undefined;
  }
}
