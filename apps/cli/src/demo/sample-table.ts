/** A field of the demo's table: what it holds on each of the two sides, written how many times. */
export interface SampleField {
  readonly key: string;
  readonly first: SampleValue | undefined;
  readonly second: SampleValue | undefined;
  /** What a HustDB pair answers for it. */
  readonly answer: string;
}

/** `writes`: a HustDB version counts the writes of a key, from 1. */
export interface SampleValue {
  readonly value: string;
  readonly writes: number;
}

/** The table of HustDB's own documents. */
export const sampleTable = 'test_table';

const one = 'hustdbhavalue';
const other = '1111111111111';

/** The four samples of HustDB HA's `/hget2` document, in its order, and a key that one side never got. */
export const sampleFields: readonly SampleField[] = [
  sample('test_key', [one, 1], [one, 1], '200 Version: 1'),
  sample('test_key1', [one, 1], [one, 2], '200 Version1: 1 Version2: 2'),
  sample('test_key2', [one, 1], [other, 1], '409 Version: 1 Val-Offset: 13'),
  sample('test_key3', [one, 1], [other, 2], '409 Version1: 1 Version2: 2 Val-Offset: 13'),
  sample('one_sided', [one, 1], undefined, '404 (HustDB HA hides a one-sided key)'),
];

function sample(
  key: string,
  first: readonly [string, number],
  second: readonly [string, number] | undefined,
  answer: string,
): SampleField {
  return { key, first: sampleValue(first), second: second && sampleValue(second), answer };
}

function sampleValue([value, writes]: readonly [string, number]): SampleValue {
  return { value, writes };
}
