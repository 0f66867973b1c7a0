/** Protocol versions spoken here, oldest first. On the wire: major × 10 + minor, one byte. */
export const PROTOCOL_VERSIONS = [
  '2.0',
  '2.1',
  '2.2',
  '2.3',
  '2.4',
  '2.5',
  '2.6',
  '2.7',
  '2.8',
  '2.9',
  '3.0',
  '3.1',
  '4.0',
  '4.1',
] as const;

/** One of {@link PROTOCOL_VERSIONS}. */
export type ProtocolVersion = (typeof PROTOCOL_VERSIONS)[number];

/** The highest version spoken here; what a server names in its ping reply. */
export const LATEST_VERSION: ProtocolVersion = '4.1';

const DIGIT_ZERO = 0x30;

const VERSIONS: (ProtocolVersion | undefined)[] = [];
for (const version of PROTOCOL_VERSIONS) {
  VERSIONS[versionByte(version)] = version;
}

/** The version byte: `'3.1'` is 31. Of a text that is no known version, a number of no use. */
export function versionByte(version: ProtocolVersion): number {
  return (version.charCodeAt(0) - DIGIT_ZERO) * 10 + version.charCodeAt(2) - DIGIT_ZERO;
}

/** Whether a text is a known version. */
export function isProtocolVersion(text: string): text is ProtocolVersion {
  return VERSIONS[versionByte(text as ProtocolVersion)] === text;
}

/** The version of a version byte; undefined for one outside 2.0 to 4.1 or in a gap between. */
export function versionOfByte(byte: number): ProtocolVersion | undefined {
  return VERSIONS[byte];
}
