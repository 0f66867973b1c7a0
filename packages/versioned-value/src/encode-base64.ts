const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as padded standard base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    groups.push(
      alphabet[bits >> 18]! +
        alphabet[(bits >> 12) & 63]! +
        (left > 1 ? alphabet[(bits >> 6) & 63]! : '=') +
        (left > 2 ? alphabet[bits & 63]! : '='),
    );
  }
  return groups.join('');
}
