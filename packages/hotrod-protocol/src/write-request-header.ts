import type { ByteWriter } from '@kvtwin/bytes';
import { ClientIntelligence } from './client-intelligence.js';
import { mediaType, NO_MEDIA_TYPE } from './media-type.js';
import { PreparedHeader } from './prepared-header.js';
import { versionByte } from './protocol-version.js';
import { type RequestHeaderInput, UNKNOWN_TOPOLOGY_ID } from './request-header.js';
import { REQUEST_MAGIC } from './wire/magic.js';
import type { WireContext } from './wire/wire-context.js';

const FIRST_VERSION_WITH_MEDIA_TYPES = versionByte('2.8');
const FIRST_VERSION_WITH_PARAMETERS = versionByte('4.0');

/** Writes a header by hand, the same bytes as `requestStart` and `requestHeaderRest`: each request begins with one. */
export function writeRequestHeader(
  writer: ByteWriter,
  opcode: number,
  header: RequestHeaderInput,
  flags: number,
  context: WireContext,
): void {
  const { version } = context;
  writer.u8(REQUEST_MAGIC).vLong(header.messageId).u8(version).u8(opcode);
  if (header instanceof PreparedHeader && flags === header.flags) {
    writer.raw(header.encoded);
    return;
  }
  writer
    .string(header.cacheName ?? '')
    .vInt(flags)
    .u8(header.intelligence ?? ClientIntelligence.BASIC)
    .vInt(header.topologyId ?? UNKNOWN_TOPOLOGY_ID);
  if (version >= FIRST_VERSION_WITH_MEDIA_TYPES) {
    mediaType.write(writer, header.keyMediaType ?? NO_MEDIA_TYPE, context);
    mediaType.write(writer, header.valueMediaType ?? NO_MEDIA_TYPE, context);
  }
  if (version >= FIRST_VERSION_WITH_PARAMETERS) {
    const parameters = header.parameters ?? [];
    writer.vInt(parameters.length);
    for (const { name, value } of parameters) {
      writer.string(name).bytes(value);
    }
  }
}
