const codes = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const padding = 0x3d;

/** Bytes as padded standard base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  const letters = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const left = bytes.length - at;
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    letters[to] = codes[bits >> 18]!;
    letters[to + 1] = codes[(bits >> 12) & 63]!;
    letters[to + 2] = left > 1 ? codes[(bits >> 6) & 63]! : padding;
    letters[to + 3] = left > 2 ? codes[bits & 63]! : padding;
  }
  return new TextDecoder().decode(letters);
}
