import { PreparedHeader, type ProtocolVersion } from '@kvtwin/hotrod-protocol';
import type { CallTarget } from './pending-call.js';

/**
 * The encoded headers of one connection, by the target that they are for: nearly all requests of a cache have the same one
 * but for the message id.
 */
export class RequestHeaders {
  readonly #byTarget = new WeakMap<CallTarget, PreparedHeader>();
  #lastTarget: CallTarget | undefined;
  #last: PreparedHeader | undefined;

  /** Set its `messageId` before each use. */
  headerFor(target: CallTarget, flags: number, version: ProtocolVersion): PreparedHeader {
    const known = target === this.#lastTarget ? this.#last : this.#byTarget.get(target);
    const header =
      known !== undefined && known.flags === flags && known.version === version
        ? known
        : this.#prepare(target, flags, version);
    this.#lastTarget = target;
    this.#last = header;
    return header;
  }

  #prepare(target: CallTarget, flags: number, version: ProtocolVersion): PreparedHeader {
    const { cacheName, intelligence, keyMediaType, valueMediaType } = target;
    const header = new PreparedHeader({
      version,
      cacheName,
      flags,
      intelligence,
      keyMediaType,
      valueMediaType,
    });
    this.#byTarget.set(target, header);
    return header;
  }
}
