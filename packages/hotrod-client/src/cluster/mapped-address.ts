import { debugLog } from '../observe/debug-log.js';
import type { HotRodClientOptions } from '../options/options.js';
import { formatServerAddress, parseServerAddress, type ServerAddress } from '../options/server-address.js';

/** Where a member is reached; where `mapAddress` throws or gives no address, at the one that the servers tell. */
export function mappedAddress(
  { host, port }: ServerAddress,
  mapAddress: NonNullable<HotRodClientOptions['mapAddress']>,
): ServerAddress {
  try {
    return parseServerAddress(formatServerAddress(mapAddress(host, port)));
  } catch (error) {
    debugLog('mapAddress gives no address for %s:%d, which is taken as it is: %s', host, port, error);
    return { host, port };
  }
}
