import { expect, it } from 'vitest';
import { FieldsOutput } from './fields-output.js';

function written(fields: readonly string[], ...chunks: string[]): string {
  let text = '';
  const output = new FieldsOutput(
    {
      write: (chunk) => {
        text += chunk;
        return true;
      },
      drained: async () => {},
      isTTY: false,
      columns: 80,
    },
    fields,
  );
  for (const chunk of chunks) output.write(chunk);
  return text;
}

it('lets only the named fields through, in the order named', () => {
  const line = '{"key":"k","kind":"agreed","sides":[{"state":"present"},{"state":"absent"}]}\n';
  expect(written(['kind', 'key', 'sides.1.state', 'none', 'key.more'], line, line)).toBe(
    `${JSON.stringify({ kind: 'agreed', key: 'k', 'sides.1.state': 'absent', none: null, 'key.more': null })}\n`.repeat(
      2,
    ),
  );
});

it('leaves what is no JSON as it is, and finds nothing that is not the object’s own', () => {
  expect(written(['a'], 'scanned 5\n', '{broken\n')).toBe('scanned 5\n{broken\n');
  expect(written(['constructor', '__proto__'], '{"a":1}\n')).toBe('{"constructor":null,"__proto__":null}\n');
});
