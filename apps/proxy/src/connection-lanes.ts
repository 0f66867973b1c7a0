import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One request of a connection: `start` when its turn has come, `done` once it is answered or its connection is gone. */
export interface Turn {
  start(): void;
  done(): void;
}

interface Lane {
  busy: boolean;
  readonly waiting: Turn[];
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
      lane = { busy: false, waiting: [] };
      this.#lanes.set(socket, lane);
    }
    const own = lane;
    response.once('close', () => this.#leave(own, socket, turn));
    if (own.busy) own.waiting.push(turn);
    else {
      own.busy = true;
      turn.start();
    }
  }

  /** Node tells only the request being answered that its connection is gone, so it speaks for those that wait. */
  #leave(lane: Lane, socket: Socket, turn: Turn): void {
    turn.done();
    if (socket.destroyed) for (const lost of lane.waiting.splice(0)) lost.done();
    const next = lane.waiting.shift();
    if (next === undefined) lane.busy = false;
    else next.start();
  }
}
