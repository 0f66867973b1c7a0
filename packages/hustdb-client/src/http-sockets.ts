import { type HttpAddress, HttpSocket, type HttpSocketOwner } from './http-socket.js';
import type { PendingExchange } from './pending-exchange.js';
import { WaitingLine } from './waiting-line.js';

/** How often idle connections are looked through; as exact as closing them needs to be. */
const SWEEP_MS = 10_000;
/** Below the idle limits of both servers (300 s and 540 s), so that this side closes first. */
const IDLE_SWEEPS = 6;

/**
 * The connections to one server: as many as are needed, up to a limit. A request goes on the idle one that was used last, or
 * behind the reads on another where that is allowed, or waits for the next that is free. Each waiting request brings about one attempt to connect, and a failed attempt fails one.
 * A request whose connection broke waits for a new one: any other may be as old, and at its end.
 */
export class HttpSockets implements HttpSocketOwner {
  readonly #address: HttpAddress;
  readonly #limit: number;
  readonly #depth: number;
  readonly #open = new Set<HttpSocket>();
  readonly #connecting = new Set<HttpSocket>();
  /** Used last, last. */
  readonly #idle: HttpSocket[] = [];
  readonly #waiting = new WaitingLine<PendingExchange>();
  /** Those that wait for a new connection. */
  readonly #again = new WaitingLine<PendingExchange>();
  #sweep: NodeJS.Timeout | undefined;
  #sweeps = 0;
  #isClosed = false;

  /** `limit`: connections at a time; `depth`: reads on one of them. */
  constructor(address: HttpAddress, limit: number, depth: number) {
    this.#address = address;
    this.#limit = limit;
    this.#depth = depth;
  }

  send(exchange: PendingExchange): void {
    const idle = exchange.isSecond ? undefined : this.#takeIdle();
    if (idle !== undefined) {
      idle.wake();
      idle.send(exchange);
      return;
    }
    const busy = this.#depth > 1 && !exchange.isSecond ? this.#leastBusy(exchange) : undefined;
    if (busy !== undefined) {
      busy.send(exchange);
      return;
    }
    (exchange.isSecond ? this.#again : this.#waiting).add(exchange);
    if (exchange.isSecond && this.#open.size >= this.#limit) this.#idle[0]?.destroy();
    this.#connect();
  }

  /** A waiting request was given up. */
  forget(exchange: PendingExchange): void {
    this.#waiting.delete(exchange);
    this.#again.delete(exchange);
  }

  /** Has every request under way given up, and drops the connections. */
  close(giveUp: (exchange: PendingExchange) => void): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    for (const exchange of [...this.#again.all(), ...this.#waiting.all()]) giveUp(exchange);
    for (const socket of this.#open) {
      for (const exchange of [...socket.exchanges]) giveUp(exchange);
      socket.destroy();
    }
  }

  ready(socket: HttpSocket): void {
    this.#connecting.delete(socket);
    const next = (socket.isFresh ? this.#again.take() : undefined) ?? this.#waiting.take();
    if (next !== undefined) {
      socket.send(next);
      this.#fill(socket);
      return;
    }
    if (this.#again.size > this.#connecting.size && this.#open.size >= this.#limit) {
      // It makes room for a new one.
      socket.destroy();
      return;
    }
    socket.rest();
    socket.idleSince = this.#sweeps;
    this.#idle.push(socket);
    this.#sweep ??= setInterval(this.#closeIdle, SWEEP_MS).unref();
  }

  gone(socket: HttpSocket, cause: Error | undefined): void {
    this.#open.delete(socket);
    this.#connecting.delete(socket);
    const at = this.#idle.indexOf(socket);
    if (at >= 0) this.#idle.splice(at, 1);
    if (cause !== undefined) (this.#again.take() ?? this.#waiting.take())?.broken(cause);
    if (!this.#isClosed) this.#connect();
  }

  /** Where all connections are in use: the one with the fewest reads, if it takes another. Nobody overtakes those who wait. */
  #leastBusy(exchange: PendingExchange): HttpSocket | undefined {
    if (this.#open.size < this.#limit || !exchange.isPlainRead) return undefined;
    if (this.#waiting.size > 0 || this.#again.size > 0) return undefined;
    let least: HttpSocket | undefined;
    for (const socket of this.#open) {
      const isBetter = least === undefined || socket.exchanges.length < least.exchanges.length;
      if (isBetter && socket.takesMore(this.#depth)) least = socket;
    }
    return least;
  }

  answered(socket: HttpSocket): void {
    this.#fill(socket);
  }

  /** Waiting reads follow the one that it was given. */
  #fill(socket: HttpSocket): void {
    if (this.#again.size > 0) return;
    while (this.#waiting.first?.isPlainRead && socket.takesMore(this.#depth)) {
      socket.send(this.#waiting.take()!);
    }
  }

  #takeIdle(): HttpSocket | undefined {
    for (let socket = this.#idle.pop(); socket !== undefined; socket = this.#idle.pop()) {
      if (socket.isUsable) return socket;
    }
    return undefined;
  }

  #connect(): void {
    while (this.#connecting.size < this.#waiting.size + this.#again.size && this.#open.size < this.#limit) {
      const socket = new HttpSocket(this.#address, this);
      this.#open.add(socket);
      this.#connecting.add(socket);
    }
  }

  readonly #closeIdle = (): void => {
    this.#sweeps++;
    for (const socket of this.#idle) if (this.#sweeps - socket.idleSince >= IDLE_SWEEPS) socket.destroy();
    if (this.#idle.length > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  };
}
