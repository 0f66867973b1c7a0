import type { EventMessage, Topology } from '@kvtwin/hotrod-protocol';
import type { Connection, ConnectionEnd } from './connection.js';
import type { HotRodError } from './hotrod-error.js';
import type { PendingCall } from './pending-call.js';
import type { ServerChannel } from './server-channel.js';

/** What a channel tells its cluster. */
export interface ChannelOwner {
  /** A connection is open, its version agreed on, its login made. */
  onOpen(channel: ServerChannel, connection: Connection): void;
  /** An attempt to connect has failed; the next one is planned. */
  onNotOpen(channel: ServerChannel, error: HotRodError): void;
  /** An open connection is over. `calls` await an answer that will not come; `waiting` were not sent. */
  onLost(
    channel: ServerChannel,
    connection: Connection,
    end: ConnectionEnd,
    waiting: readonly PendingCall[],
  ): void;
  /** The header of a reply says who is in the cluster. */
  onTopology(connection: Connection, call: PendingCall, topology: Topology): void;
  /** Something that no request asked for. */
  onEvent(connection: Connection, event: EventMessage): void;
  /** The server refuses a call that another one could do. Whether it was taken over; else it fails. */
  onUnavailable(channel: ServerChannel, call: PendingCall): boolean;
  /** Whether calls can be given to another server now. */
  hasOthers(channel: ServerChannel): boolean;
}
