import { mediaTypeOf, operations, type PingReply, versionByte } from '@kvtwin/hotrod-protocol';
import { cacheHandlers, connectionOperations } from './cache-handlers.js';
import type { CacheHost } from './cache-host.js';
import type { HostedCache } from './hosted-cache.js';

/** What the server speaks, and how the cache stores its entries, if there is one. */
export function answerPing(host: CacheHost, hosted: HostedCache | undefined): PingReply {
  const types =
    hosted === undefined
      ? {}
      : {
          keyMediaType: mediaTypeOf(hosted.options.keyMediaType),
          valueMediaType: mediaTypeOf(hosted.options.valueMediaType),
        };
  return { outcome: 'ok', ...types, serverVersion: versionByte(host.maxVersion), opcodes };
}

/** Only what is carried out here. */
const opcodes = Object.entries(operations)
  .filter(([name]) => name in cacheHandlers || name in connectionOperations)
  .map(([, { requestOpcode }]) => requestOpcode);
