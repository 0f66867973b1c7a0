import type { HotRodClient } from '@kvtwin/hotrod-client';
import { type MediaType, mediaTypeName } from '@kvtwin/hotrod-protocol';

/** How a cache stores keys and values, as its server tells. */
export interface StoredAs {
  readonly keys: string;
  readonly values: string;
  /** For people: `stores application/json`. */
  readonly text: string;
}

/** Undefined where the server does not tell. */
export function storedAs({
  keyMediaType,
  valueMediaType,
}: Awaited<ReturnType<HotRodClient['ping']>>): StoredAs | undefined {
  const [keys, values] = [nameOf(keyMediaType), nameOf(valueMediaType)];
  if (keys === undefined || values === undefined) return undefined;
  const text = keys === values ? `stores ${keys}` : `stores keys as ${keys}, values as ${values}`;
  return { keys, values, text };
}

function nameOf(type: MediaType | undefined): string | undefined {
  return type === undefined ? undefined : mediaTypeName(type);
}
