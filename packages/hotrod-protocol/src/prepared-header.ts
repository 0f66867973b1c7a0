import { ByteWriter } from '@kvtwin/bytes';
import type { MessageId } from './message-id.js';
import { isSupported, type OperationDefinition } from './operation-definition.js';
import { isProtocolVersion, type ProtocolVersion, versionByte } from './protocol-version.js';
import {
  type RequestHeader,
  type RequestHeaderInput,
  requestHeaderRest,
  withDefaults,
} from './request-header.js';
import { RequestStartBytes } from './wire/request-start-bytes.js';
import { FIRST_VERSION_WITH_UNITS } from './wire-expiration.js';

/** What a request's start depends on beside the header. */
type StartedOperation = Pick<OperationDefinition, 'requestOpcode' | 'since'>;

/**
 * A header for many requests that differ in their message id only: what stands behind the opcode is encoded once. Set
 * `messageId` before each `encodeRequest()`; make another one when the topology id or anything else changes.
 */
export class PreparedHeader implements RequestHeader {
  messageId: MessageId = 0;
  readonly version: ProtocolVersion;
  readonly cacheName: string;
  readonly flags: number;
  readonly intelligence: number;
  readonly topologyId: number;
  readonly keyMediaType: RequestHeader['keyMediaType'];
  readonly valueMediaType: RequestHeader['valueMediaType'];
  readonly parameters: RequestHeader['parameters'];
  /** The bytes between the opcode and the body. */
  readonly encoded: Uint8Array;
  private readonly starts: RequestStartBytes[] = [];

  constructor(input: Omit<RequestHeaderInput, 'messageId'>) {
    const header = withDefaults(input);
    this.version = input.version;
    this.cacheName = header.cacheName;
    this.flags = header.flags;
    this.intelligence = header.intelligence;
    this.topologyId = header.topologyId;
    this.keyMediaType = header.keyMediaType;
    this.valueMediaType = header.valueMediaType;
    this.parameters = header.parameters;
    const writer = new ByteWriter();
    const context = { version: versionByte(input.version), intelligence: 0, projections: false };
    requestHeaderRest.write(writer, header, context);
    this.encoded = writer.take().slice();
  }

  /**
   * For fast paths: what stands between the message id and the body of a request of the operation. Undefined where the
   * version lacks the operation, or is one before 2.2, in which the flags depend on the body.
   */
  startOf(operation: StartedOperation): RequestStartBytes | undefined {
    return this.starts[operation.requestOpcode] ?? this.prepareStart(operation);
  }

  private prepareStart(operation: StartedOperation): RequestStartBytes | undefined {
    const { version, encoded } = this;
    const byte = versionByte(version);
    if (!isProtocolVersion(version) || byte < FIRST_VERSION_WITH_UNITS || !isSupported(operation, version)) {
      return undefined;
    }
    const start = new RequestStartBytes([byte, operation.requestOpcode, ...encoded]);
    this.starts[operation.requestOpcode] = start;
    return start;
  }
}
