const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Strings up to this many bytes are worth a loop over ASCII before TextDecoder is asked. */
const ASCII_LOOP_BYTES = 24;

/** UTF-8 of a text. A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes the UTF-8 of a text into `target` at `at`, which has three bytes of room per UTF-16 unit; returns the count. */
export function encodeUtf8Into(text: string, target: Uint8Array, at: number): number {
  return encoder.encodeInto(text, target.subarray(at)).written;
}

/** Text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD, a byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= ASCII_LOOP_BYTES) {
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > 0x7f) {
        return decoder.decode(bytes.subarray(start, end));
      }
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decoder.decode(bytes.subarray(start, end));
}
