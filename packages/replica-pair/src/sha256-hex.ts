/** Computes SHA-256: 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** SHA-256 by the platform's Web Crypto; in browsers only on pages served securely. */
export const webCryptoSha256: Sha256 = async (bytes) =>
  new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));

/** A digest as lower-case hex. */
export async function sha256Hex(bytes: Uint8Array, sha256: Sha256 = webCryptoSha256): Promise<string> {
  return Array.from(await sha256(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
