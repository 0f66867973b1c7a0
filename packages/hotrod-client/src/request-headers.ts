import { type HeaderParameter, PreparedHeader, type RequestHeaderInput } from '@kvtwin/hotrod-protocol';
import type { CallTarget } from './pending-call.js';

/** What a header says beside its target. */
export type HeaderDetails = Required<
  Pick<RequestHeaderInput, 'flags' | 'version' | 'intelligence' | 'topologyId'>
>;

/**
 * The encoded headers of one connection, by the target that they are for: nearly all requests of a cache have the same one
 * but for the message id.
 */
export class RequestHeaders {
  readonly #byTarget = new WeakMap<CallTarget, PreparedHeader>();
  #lastTarget: CallTarget | undefined;
  #last: PreparedHeader | undefined;

  /** Set its `messageId` before each use. */
  headerFor(target: CallTarget, details: HeaderDetails): PreparedHeader {
    const known = target === this.#lastTarget ? this.#last : this.#byTarget.get(target);
    const header =
      known !== undefined &&
      known.flags === details.flags &&
      known.version === details.version &&
      known.topologyId === details.topologyId &&
      known.intelligence === details.intelligence
        ? known
        : this.#prepare(target, details);
    this.#lastTarget = target;
    this.#last = header;
    return header;
  }

  #prepare(target: CallTarget, details: HeaderDetails): PreparedHeader {
    const { cacheName, keyMediaType, valueMediaType } = target;
    const { flags, version, intelligence, topologyId } = details;
    const header = new PreparedHeader({
      version,
      cacheName,
      flags,
      intelligence,
      topologyId,
      keyMediaType,
      valueMediaType,
    });
    this.#byTarget.set(target, header);
    return header;
  }
}

/** A header of which no other one is like: it carries the trace of its call. Set its `messageId` before use. */
export function tracedHeader(
  { cacheName, keyMediaType, valueMediaType }: CallTarget,
  { flags, version, intelligence, topologyId }: HeaderDetails,
  parameters: readonly HeaderParameter[],
): Mutable<RequestHeaderInput> {
  const target = { cacheName, keyMediaType, valueMediaType };
  return { messageId: 0, version, flags, intelligence, topologyId, ...target, parameters };
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
