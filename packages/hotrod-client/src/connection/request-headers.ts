import {
  type HeaderParameter,
  PreparedHeader,
  type ProtocolVersion,
  type RequestHeaderInput,
} from '@kvtwin/hotrod-protocol';
import type { CallTarget } from '../pending-call.js';
import type { HeaderDetails } from './header-details.js';

/**
 * The encoded headers of one connection, by the target that they are for: nearly all requests of a cache have the same one
 * but for the message id.
 */
export class RequestHeaders {
  readonly #byTarget = new WeakMap<CallTarget, PreparedHeader>();
  #lastTarget: CallTarget | undefined;
  #last: PreparedHeader | undefined;

  /** Set its `messageId` before each use. */
  headerFor(
    target: CallTarget,
    flags: number,
    version: ProtocolVersion,
    intelligence: number,
    topologyId: number,
  ): PreparedHeader {
    const known = target === this.#lastTarget ? this.#last : this.#byTarget.get(target);
    const header =
      known !== undefined &&
      known.flags === flags &&
      known.version === version &&
      known.topologyId === topologyId &&
      known.intelligence === intelligence
        ? known
        : this.#prepare(target, { flags, version, intelligence, topologyId });
    this.#lastTarget = target;
    this.#last = header;
    return header;
  }

  #prepare(target: CallTarget, details: HeaderDetails): PreparedHeader {
    const { cacheName, keyMediaType, valueMediaType } = target;
    const header = new PreparedHeader({ cacheName, keyMediaType, valueMediaType, ...details });
    this.#byTarget.set(target, header);
    return header;
  }
}

/** The header with the trace of a call: no other one is like it. Set its `messageId` before use. */
export function tracedHeader(
  header: PreparedHeader,
  parameters: readonly HeaderParameter[],
): Mutable<RequestHeaderInput> {
  const { version, cacheName, flags, intelligence, topologyId, keyMediaType, valueMediaType } = header;
  return {
    messageId: 0,
    version,
    cacheName,
    flags,
    intelligence,
    topologyId,
    keyMediaType,
    valueMediaType,
    parameters,
  };
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
