/**
 * The HA's slot of a routed text: `h = h × 31 + byte` over unsigned bytes up to the first NUL, modulo 1024.
 * kv, hash: the key's encoded text as it stands in the query; set: the member's bytes; sorted set: the table's name.
 */
export function slotOf(routed: Uint8Array): number {
  let hash = 0;
  for (const byte of routed) {
    if (byte === 0) break;
    hash = (hash * 31 + byte) & 1023;
  }
  return hash;
}
