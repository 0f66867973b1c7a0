import type { KeyValue } from '@kvtwin/hotrod-protocol';

/** The parts of requests that carry keys and values. */
export interface Payload {
  readonly key?: Uint8Array;
  readonly value?: Uint8Array;
  readonly keys?: readonly Uint8Array[];
  readonly entries?: readonly KeyValue[];
}

/** Bytes of all keys and values of a request. */
export function payloadBytes({ key, value, keys, entries }: Payload): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  if (keys !== undefined) for (const each of keys) bytes += each.length;
  if (entries !== undefined) for (const each of entries) bytes += each.key.length + each.value.length;
  return bytes;
}
