import { EventEmitter } from 'node:events';
import type { ProtocolVersion } from '@kvtwin/hotrod-protocol';
import { HotRodError } from '../hotrod-error.js';
import type { ServerAddress } from '../options/server-address.js';

/** What a client tells of its connections. Events carry no keys, values or credentials. */
export interface ClientEvents {
  /** A server is connected, its login made. */
  readonly connect: {
    readonly site: string;
    readonly server: string;
    readonly protocolVersion: ProtocolVersion;
  };
  /** A connection has ended; the client makes another one by itself where it is needed. */
  readonly disconnect: { readonly site: string; readonly server: string; readonly why: string };
  /** A cache is seen at other servers than before. */
  readonly topology: {
    readonly site: string;
    readonly cache: string;
    /** Opaque; compare for equality only. */
    readonly topologyId: number;
    /** As the client reaches them. */
    readonly servers: readonly ServerAddress[];
    /** 0 where the servers tell no segments. */
    readonly segmentCount: number;
  };
  /** Calls go to another site from now on. */
  readonly siteSwitch: {
    readonly from: string;
    readonly to: string;
    /** Whether the client did it by itself, its site being lost. */
    readonly automatic: boolean;
  };
}

const NAMES: readonly string[] = [
  'connect',
  'disconnect',
  'topology',
  'siteSwitch',
] satisfies (keyof ClientEvents)[];

/** Listeners of one client. One that throws does not disturb the client: its error is thrown outside, uncaught. */
export class ClientEventListeners {
  readonly #emitter = new EventEmitter();

  constructor() {
    this.#emitter.setMaxListeners(0);
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): void {
    if (!NAMES.includes(name)) {
      throw invalid(`there is no event ${String(name)}; there are ${NAMES.join(', ')}`);
    }
    if (typeof listener !== 'function') {
      throw invalid(`the listener of ${name} is ${typeof listener}; it must be a function`);
    }
    this.#emitter.on(name, listener);
  }

  off<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): void {
    this.#emitter.off(name, listener);
  }

  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    for (const listener of this.#emitter.listeners(name)) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
