import { ByteWriter } from '@kvtwin/bytes';
import type { MessageId } from './message-id.js';
import { type ProtocolVersion, versionByte } from './protocol-version.js';
import {
  type RequestHeader,
  type RequestHeaderInput,
  requestHeaderRest,
  withDefaults,
} from './request-header.js';

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
}
