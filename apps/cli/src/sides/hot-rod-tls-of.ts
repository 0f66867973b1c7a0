import type { ConnectionOptions } from 'node:tls';
import { optionsFromProperties } from '@kvtwin/hotrod-client';

/** The TLS that a `hotrods://` URL asks for: options of `tls.connect()`, with its certificate files as they are now. */
export async function hotRodTlsOf(url: string): Promise<ConnectionOptions> {
  const { tls } = optionsFromProperties({ 'infinispan.client.hotrod.uri': url });
  if (typeof tls === 'function') return tls();
  return tls === true || tls === undefined ? {} : tls;
}
