import {
  type OperationName,
  operations,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  versionByte,
} from '@kvtwin/hotrod-protocol';

/** The versions that every operation is run in. */
export const VERSIONS = PROTOCOL_VERSIONS;

/** For suites that take long: the first and last of each layout that matters. */
export const MAIN_VERSIONS = [
  '2.0',
  '2.5',
  '2.8',
  '3.0',
  '3.1',
  '4.0',
  '4.1',
] as const satisfies ProtocolVersion[];

/** Whether a version is this one or a later one. */
export function isFrom(version: ProtocolVersion, first: ProtocolVersion): boolean {
  return versionByte(version) >= versionByte(first);
}

/** Whether the version documents the operation. */
export function hasOperation(version: ProtocolVersion, name: OperationName): boolean {
  return isFrom(version, operations[name].since);
}
