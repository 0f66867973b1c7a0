/** Status byte of a reply. 0x80 and above are errors. Hot Rod 4.0 §response status; 0x06 to 0x08 only in 2.4 to 2.8. */
export const Status = {
  OK: 0x00,
  NOT_EXECUTED: 0x01,
  KEY_DOES_NOT_EXIST: 0x02,
  OK_WITH_PREVIOUS: 0x03,
  NOT_EXECUTED_WITH_PREVIOUS: 0x04,
  INVALID_ITERATION: 0x05,
  OK_OBJECT_STORAGE: 0x06,
  OK_WITH_PREVIOUS_OBJECT_STORAGE: 0x07,
  NOT_EXECUTED_WITH_PREVIOUS_OBJECT_STORAGE: 0x08,
  INVALID_MAGIC_OR_MESSAGE_ID: 0x81,
  UNKNOWN_OPERATION: 0x82,
  UNKNOWN_VERSION: 0x83,
  REQUEST_PARSING_ERROR: 0x84,
  SERVER_ERROR: 0x85,
  OPERATION_TIMED_OUT: 0x86,
  NODE_SUSPECTED: 0x87,
  ILLEGAL_LIFECYCLE_STATE: 0x88,
} as const;

/** One of {@link Status}. */
export type Status = (typeof Status)[keyof typeof Status];

/** What a reply without an error says; each stands for one status byte, or for two where the cache stores objects. */
export type Outcome =
  | 'ok'
  | 'not-executed'
  | 'absent'
  | 'ok-with-previous'
  | 'not-executed-with-previous'
  | 'invalid-iteration';

const OUTCOMES: readonly Outcome[] = [
  'ok',
  'not-executed',
  'absent',
  'ok-with-previous',
  'not-executed-with-previous',
  'invalid-iteration',
  'ok',
  'ok-with-previous',
  'not-executed-with-previous',
];

const FIRST_OBJECT_STORAGE_VERSION = 24;
const LAST_OBJECT_STORAGE_VERSION = 28;

/** Whether a status byte says that something went wrong, whatever the opcode beside it. */
export function isErrorStatus(status: number): boolean {
  return status >= 0x80;
}

/** Whether it is one of 0x06 to 0x08: the cache stores objects. */
export function isObjectStorageStatus(status: number): boolean {
  return status >= Status.OK_OBJECT_STORAGE && status <= Status.NOT_EXECUTED_WITH_PREVIOUS_OBJECT_STORAGE;
}

/** The outcome of a status byte in a version; undefined for errors and for bytes without a meaning there. */
export function outcomeOfStatus(status: number, version: number): Outcome | undefined {
  return isObjectStorageStatus(status) && !hasObjectStorageStatuses(version) ? undefined : OUTCOMES[status];
}

/** The status byte of an outcome; `objectStorage` counts in the versions that have those statuses. */
export function statusOfOutcome(outcome: Outcome, version: number, objectStorage: boolean): number {
  const plain = OUTCOMES.indexOf(outcome);
  return objectStorage && hasObjectStorageStatuses(version)
    ? Math.max(plain, OUTCOMES.lastIndexOf(outcome))
    : plain;
}

function hasObjectStorageStatuses(version: number): boolean {
  return version >= FIRST_OBJECT_STORAGE_VERSION && version <= LAST_OBJECT_STORAGE_VERSION;
}

const NAMES = new Map<number, string>(Object.entries(Status).map(([name, status]) => [status, name]));

/** `0x02 KEY_DOES_NOT_EXIST`; for an unknown byte only the number. */
export function describeStatus(status: number): string {
  const number = `0x${status.toString(16).padStart(2, '0')}`;
  const name = NAMES.get(status);
  return name === undefined ? number : `${number} ${name}`;
}
