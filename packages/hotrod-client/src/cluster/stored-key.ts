import { type MediaType, mediaTypeName } from '@kvtwin/hotrod-protocol';

/**
 * How the bytes of a key as a request carries them become the bytes by which the cache counts its segments:
 * - `same`: they are those bytes;
 * - `text`, `json`: the cache stores ProtoStream, a text becomes a WrappedMessage with a string in it;
 * - `unknown`: it cannot be told from here. Any server will do then, and hands the request on.
 */
export type StoredKeyForm = 'same' | 'text' | 'json' | 'unknown';

/** What keeps the bytes of UTF-8 text and of octets as they are. */
const PLAIN = new Set(['application/octet-stream', 'application/unknown', 'text/plain']);

/** How a key of the type `sent` lies in a cache that stores keys as `stored`; absent: nothing was said. Hot Rod §key hashing. */
export function storedKeyForm(sent: MediaType, stored: MediaType | undefined): StoredKeyForm {
  const from = typeOf(sent);
  const to = stored && typeOf(stored);
  // The server hashes the object, which only it can make.
  if (to?.name === 'application/x-java-object') return 'unknown';
  if (from === undefined || to === undefined) return 'same';
  if (from.charset !== to.charset) return 'unknown';
  if (from.name === to.name || (PLAIN.has(from.name) && PLAIN.has(to.name))) return 'same';
  if (to.name !== 'application/x-protostream') return 'unknown';
  if (from.name === 'text/plain') return 'text';
  return from.name === 'application/json' ? 'json' : 'unknown';
}

/** The key as it lies in the cache; undefined where that cannot be told. */
export function storedKey(form: StoredKeyForm, key: Uint8Array): Uint8Array | undefined {
  if (form === 'same') return key;
  if (form === 'text') return wrappedString(key);
  return form === 'json' ? wrappedJson(key) : undefined;
}

interface NamedType {
  readonly name: string;
  readonly charset: string;
}

function typeOf(type: MediaType): NamedType | undefined {
  const text = mediaTypeName(type);
  if (text === undefined) return undefined;
  const [name = '', ...parameters] = text.toLowerCase().split(';');
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='));
  return { name: name.trim(), charset: charset?.split('=')[1]?.trim().replaceAll('"', '') ?? 'utf-8' };
}

/** Field 9, `wrappedString`. */
const STRING_TAG = 0x4a;

/** `4A  vInt length  UTF-8`: the WrappedMessage of a string. */
function wrappedString(utf8: Uint8Array): Uint8Array {
  const head = [STRING_TAG];
  let rest = utf8.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  const wrapped = new Uint8Array(head.length + utf8.length);
  wrapped.set(head);
  wrapped.set(utf8, head.length);
  return wrapped;
}

/** A JSON string, bare or as `{"_type":"string","_value":"…"}`; numbers and messages depend on a schema. */
function wrappedJson(json: Uint8Array): Uint8Array | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(json));
    const text = isWrappedText(value) ? value._value : value;
    return typeof text === 'string' ? wrappedString(new TextEncoder().encode(text)) : undefined;
  } catch {
    return undefined;
  }
}

function isWrappedText(value: unknown): value is { readonly _value: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    '_type' in value &&
    value._type === 'string' &&
    '_value' in value
  );
}
