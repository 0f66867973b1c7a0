import { encodeWith } from './apply-codec.js';
import type { Codec } from './codec.js';
import { codecs } from './codecs.js';

/** Longer texts are worth an array of their own. */
const LONGEST_SHARED = 48;
/** One for each length: whoever needs such a key copies it at once. */
const shared = Array.from({ length: LONGEST_SHARED + 1 }, (_, length) => ({
  text: '',
  bytes: new Uint8Array(length),
}));

/** A request with a short ASCII text as its key. The bytes are made when they are asked for, in an array that others share. */
class TextKeyRequest {
  constructor(private readonly text: string) {}

  get key(): Uint8Array {
    const { text } = this;
    const slot = shared[text.length] as { text: string; bytes: Uint8Array };
    if (slot.text !== text) putAscii(text, slot);
    return slot.bytes;
  }
}

/** The request of an operation on one key. A TextKeyRequest wherever that is the same. */
export function keyRequest<K>(codec: Codec<K>, key: K): { readonly key: Uint8Array } {
  if (typeof key === 'string' && key.length <= LONGEST_SHARED && (codec as unknown) === codecs.text) {
    const slot = shared[key.length] as { text: string; bytes: Uint8Array };
    if (slot.text === key || putAscii(key, slot)) return new TextKeyRequest(key);
  }
  return { key: encodeWith(codec, key, 'key') };
}

/** False, and nothing is to be used, where the text is not ASCII. */
function putAscii(text: string, slot: { text: string; bytes: Uint8Array }): boolean {
  const { bytes } = slot;
  slot.text = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return false;
    bytes[at] = unit;
  }
  slot.text = text;
  return true;
}
