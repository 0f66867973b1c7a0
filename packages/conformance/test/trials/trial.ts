import type { OperationName, ProtocolVersion } from '@kvtwin/hotrod-protocol';
import type { RawConnection } from '../../src/index.js';
import { utf8 } from '../sample-keys.js';

/** What an operation is tried on: a connection to the cache `operations`. */
export interface Trial {
  readonly connection: RawConnection;
  readonly version: ProtocolVersion;
}

/** One use of each of some operations. */
export type Trials<Names extends OperationName> = {
  readonly [Name in Names]: (trial: Trial) => Promise<void>;
};

export const VALUE: Uint8Array = utf8('value');

/** Events come from a thread of their own. */
export const EVENT_LIMIT_MS = 10_000;
