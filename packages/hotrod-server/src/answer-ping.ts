import { mediaTypeOf, operations, type PingReply, versionByte } from '@kvtwin/hotrod-protocol';
import type { CacheHost, HostedCache } from './cache-host.js';

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

const opcodes = Object.values(operations).map((operation) => operation.requestOpcode);
