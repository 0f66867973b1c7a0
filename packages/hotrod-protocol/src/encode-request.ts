import { BytesError, type ByteWriter } from '@kvtwin/bytes';
import { ClientIntelligence } from './client-intelligence.js';
import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import { isSupported, type OperationDefinition } from './operation-definition.js';
import { PreparedHeader } from './prepared-header.js';
import { isProtocolVersion, versionByte } from './protocol-version.js';
import { flagsFor, type RequestHeaderInput } from './request-header.js';
import { writeRequestHeader } from './write-request-header.js';

/** Options of {@link encodeRequest}. */
export interface EncodeRequestOptions {
  /**
   * Writes operations also in versions that do not document them yet. Servers answer them, since they do not look at the
   * version; what they cannot answer is up to them.
   */
  readonly anyVersion?: boolean;
}

const NO_OPTIONS: EncodeRequestOptions = {};

/**
 * Appends a request. Where it cannot be written, nothing is appended and a HotRodProtocolError says why:
 * `HOTROD_UNSUPPORTED` (the version does not have the operation), `HOTROD_INVALID_ARGUMENT` (a field is missing or out
 * of its range).
 */
export function encodeRequest<Request>(
  writer: ByteWriter,
  operation: OperationDefinition<Request>,
  header: RequestHeaderInput,
  request: NoInfer<Request>,
  options: EncodeRequestOptions = NO_OPTIONS,
): void {
  if (header instanceof PreparedHeader && operation.fastRequest !== undefined) {
    const { messageId } = header;
    const start = header.startOf(operation);
    const isShortId = typeof messageId === 'number' && messageId >>> 0 === messageId;
    if (start !== undefined && isShortId && operation.fastRequest(writer, messageId, start, request)) {
      return;
    }
  }
  const version = versionByte(header.version);
  if (!isProtocolVersion(header.version)) {
    throw new HotRodProtocolError(`protocol ${header.version} is not one of 2.0 to 4.1`, {
      code: 'HOTROD_UNSUPPORTED',
      operation: operation.name,
    });
  }
  if (!options.anyVersion && !isSupported(operation, header.version)) {
    throw new HotRodProtocolError(
      `${operation.name} exists from protocol ${operation.since} on, not in ${header.version}`,
      { code: 'HOTROD_UNSUPPORTED', operation: operation.name, messageId: header.messageId },
    );
  }
  const context = {
    version,
    intelligence: header.intelligence ?? ClientIntelligence.BASIC,
    projections: false,
  };
  const start = writer.length;
  try {
    const flags = flagsFor(header, request, version);
    writeRequestHeader(writer, operation.requestOpcode, header, flags, context);
    operation.request.write(writer, request, context);
  } catch (thrown) {
    writer.truncate(start);
    throw asMistake(thrown, operation.name, header.messageId);
  }
}

/** What a writer or a codec throws, as a mistake of the caller; anything else goes through. */
export function asMistake(thrown: unknown, operation: string, messageId: number | bigint): unknown {
  if (HotRodProtocolError.is(thrown)) {
    return thrown.with({ operation, messageId });
  }
  if (BytesError.is(thrown)) {
    return new HotRodProtocolError(`${operation} #${messageId} cannot be written: ${thrown.message}`, {
      code: 'HOTROD_INVALID_ARGUMENT',
      operation,
      messageId,
      cause: thrown,
    });
  }
  return thrown;
}
