/**
 * Names a request on its connection; the reply echoes it. A 64-bit number: a bigint only where it is no safe integer.
 * 0 is legal but is also what most events and unattributable errors carry.
 */
export type MessageId = number | bigint;
