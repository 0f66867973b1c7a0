import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * One request of a connection: `start` when its turn has come, `done` once it is answered or its connection is gone.
 * `isWhole`: whether it has come in to its last byte.
 */
export interface Turn {
  readonly isWhole: boolean;
  start(): void;
  done(): void;
}

interface Lane {
  /** The request whose turn it is. */
  current: Turn | undefined;
  readonly waiting: Turn[];
  /** What ends the connection once the requests before it are answered. */
  last: (() => void) | undefined;
}

/**
 * Lets the requests of a connection have their effect one after the other, as nginx does: a caller that pipelines a write and
 * a read of the same key reads what it wrote. Node alone would start both at once.
 */
export class ConnectionLanes {
  readonly #lanes = new WeakMap<Socket, Lane>();

  /** Takes a request in; its `done` is called at least once. */
  enter(socket: Socket, response: ServerResponse, turn: Turn): void {
    let lane = this.#lanes.get(socket);
    if (lane === undefined) {
      lane = { current: undefined, waiting: [], last: undefined };
      this.#lanes.set(socket, lane);
    }
    const own = lane;
    response.once('close', () => this.#leave(own, socket, turn));
    if (own.current === undefined) {
      own.current = turn;
      turn.start();
    } else {
      own.waiting.push(turn);
    }
  }

  /**
   * What came on the connection is no HTTP: the requests that came whole before it are answered first, then `last` ends the
   * connection. Only the first call for a connection counts.
   */
  end(socket: Socket, last: () => void): void {
    const lane = this.#lanes.get(socket);
    if (lane?.current?.isWhole !== true) {
      last();
      return;
    }
    if (lane.last !== undefined) return;
    const cut = lane.waiting.findIndex((turn) => !turn.isWhole);
    if (cut >= 0) for (const lost of lane.waiting.splice(cut)) lost.done();
    lane.last = last;
  }

  /** Node tells only the request being answered that its connection is gone, so it speaks for those that wait. */
  #leave(lane: Lane, socket: Socket, turn: Turn): void {
    turn.done();
    if (socket.destroyed) for (const lost of lane.waiting.splice(0)) lost.done();
    lane.current = lane.waiting.shift();
    if (lane.current !== undefined) lane.current.start();
    else lane.last?.();
  }
}
