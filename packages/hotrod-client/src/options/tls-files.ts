import { readFile } from 'node:fs/promises';
import { HotRodError } from '../hotrod-error.js';
import type { HotRodTlsOptions } from './tls-options.js';

/** Files with certificates, as the properties of a URI name them. */
export interface TlsFiles {
  /** PEM: certificates of the authorities to trust, instead of those that Node knows. */
  readonly trustStore?: string;
  /** PEM with the client's certificate and its key, or PKCS#12. */
  readonly keyStore?: string;
  /** Opens the key store, or its key. */
  readonly password?: string;
}

const PEM = /-----BEGIN [A-Z0-9 ]+-----/;

/** Reads them, anew for each connection, so that a renewed certificate is used. Rejects with `HOTROD_TLS`. */
export async function readTlsFiles({ trustStore, keyStore, password }: TlsFiles): Promise<HotRodTlsOptions> {
  return {
    ...(trustStore === undefined ? {} : { ca: await readPem(trustStore) }),
    ...(keyStore === undefined ? {} : await readKeyStore(keyStore)),
    ...(password === undefined ? {} : { passphrase: password }),
  };
}

async function readKeyStore(path: string): Promise<HotRodTlsOptions> {
  const content = await read(path);
  if (PEM.test(content.toString('latin1'))) return { cert: content, key: content };
  refuseJks(content, path);
  return { pfx: content };
}

async function readPem(path: string): Promise<Buffer> {
  const content = await read(path);
  if (PEM.test(content.toString('latin1'))) return content;
  refuseJks(content, path);
  throw failure(
    `${path} is no PEM file; write one with "keytool -exportcert -rfc" or "openssl pkcs12 -nokeys"`,
  );
}

/** Java's own format has a magic number. */
function refuseJks(content: Buffer, path: string): void {
  if (content.length > 4 && content.readUInt32BE(0) === 0xfeedfeed) {
    throw failure(`${path} is a Java key store (JKS), which Node cannot read; convert it to PEM or PKCS#12`);
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw failure(`${path} cannot be read: ${(cause as Error).message}`, cause);
  }
}

function failure(message: string, cause?: unknown): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_TLS', cause });
}
