import { channel } from 'node:diagnostics_channel';
import type { HotRodError } from '../hotrod-error.js';

/**
 * What goes over `hotrod:request`. `start`: the request was put on a connection, once per attempt. `end` and `error`:
 * the call is settled, once per call; an `error` without a `start` never left. Never keys, values or credentials.
 */
export type RequestDiagnostics =
  | (RequestDiagnosticsBase & { readonly phase: 'start' })
  | (RequestDiagnosticsBase & {
      readonly phase: 'end';
      /** Milliseconds from the call to its settlement, waiting and all attempts included. */
      readonly durationMs: number;
    })
  | (RequestDiagnosticsBase & {
      readonly phase: 'error';
      readonly durationMs: number;
      readonly error: HotRodError;
    });

interface RequestDiagnosticsBase {
  /** The same in all messages about one call; unique in the process. */
  readonly callId: number;
  /** Name of the client's option `name`; empty where it has none. */
  readonly client: string;
  /** Operation name as in the protocol: `get`, `putIfAbsent`, … */
  readonly operation: string;
  /** Empty: the server's default cache, or none. */
  readonly cache: string;
  /** `host:port`; undefined where it never got to a server. */
  readonly server: string | undefined;
  /** On its connection; 0 where it never got to one. */
  readonly messageId: number;
  /** 1 for the first time that it is sent; 0 where it never was. */
  readonly attempt: number;
}

/** What goes over `hotrod:connect`. */
export type ConnectDiagnostics =
  | { readonly phase: 'start'; readonly client: string; readonly server: string }
  | {
      readonly phase: 'end';
      readonly client: string;
      readonly server: string;
      readonly connectionId: number;
      /** Protocol version that both sides speak. */
      readonly protocolVersion: string;
      /** Milliseconds; TLS, the first ping and the login included. */
      readonly durationMs: number;
    }
  | {
      readonly phase: 'error';
      readonly client: string;
      readonly server: string;
      readonly durationMs: number;
      readonly error: HotRodError;
    }
  | {
      /** An open connection has ended. */
      readonly phase: 'close';
      readonly client: string;
      readonly server: string;
      readonly connectionId: number;
      readonly why: string;
    };

/** What goes over `hotrod:topology`: a cache is seen at other servers than before, or the client goes to another site. */
export type TopologyDiagnostics =
  | {
      readonly phase: 'change';
      readonly client: string;
      readonly cache: string;
      /** Opaque; compare for equality only. */
      readonly topologyId: number;
      /** `host:port`, as the client reaches them. */
      readonly servers: readonly string[];
      /** 0 where the server tells no segments. */
      readonly segmentCount: number;
    }
  | {
      readonly phase: 'site-switch';
      readonly client: string;
      /** Names of sites; the first one has the name `default`. */
      readonly from: string;
      readonly to: string;
      /** Whether the client did it by itself, its site being lost. */
      readonly automatic: boolean;
    };

/** What goes over `hotrod:retry`: a call is about to be sent once more. */
export interface RetryDiagnostics {
  /** The same in all messages about one call. */
  readonly callId: number;
  /** Name of the client's option `name`. */
  readonly client: string;
  /** Operation name as in the protocol. */
  readonly operation: string;
  /** Empty: the server's default cache, or none. */
  readonly cache: string;
  /** Where the attempt before was lost. */
  readonly server: string | undefined;
  /** The number of the attempt that was lost. */
  readonly attempt: number;
  /** What became of the attempt before. */
  readonly why: string;
}

/** What goes over `hotrod:gap`: a subscription may have missed events, or goes on after that. */
export type GapDiagnostics = {
  readonly client: string;
  readonly cache: string;
  /** `host:port` that the events came from. */
  readonly server: string | undefined;
} & (
  | {
      /** The connection was lost; events are missed from now on. */
      readonly phase: 'start';
      readonly why: string;
    }
  | {
      /** The subscription goes on, at `server`. */
      readonly phase: 'end';
      readonly durationMs: number;
      /** Whether the present entries are told again. */
      readonly stateFollows: boolean;
    }
  | {
      /** The reader of `cache.events()` is too slow for its buffer. */
      readonly phase: 'overflow';
      readonly bufferSize: number;
    }
  | {
      /** A callback of the subscription has thrown. */
      readonly phase: 'callback-error';
      readonly error: unknown;
    }
);

/** A channel of node:diagnostics_channel with the type of its messages. */
export interface DiagnosticsChannel<Message> {
  /** Look at it before a message is made: without listeners nothing shall be. */
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

/** `hotrod:request`. */
export const requestChannel: DiagnosticsChannel<RequestDiagnostics> = channel('hotrod:request');
/** `hotrod:connect`. */
export const connectChannel: DiagnosticsChannel<ConnectDiagnostics> = channel('hotrod:connect');
/** `hotrod:topology`. */
export const topologyChannel: DiagnosticsChannel<TopologyDiagnostics> = channel('hotrod:topology');
/** `hotrod:retry`. */
export const retryChannel: DiagnosticsChannel<RetryDiagnostics> = channel('hotrod:retry');
/** `hotrod:gap`. */
export const gapChannel: DiagnosticsChannel<GapDiagnostics> = channel('hotrod:gap');
