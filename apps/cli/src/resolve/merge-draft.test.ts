import { describe, expect, it } from 'vitest';
import { draftOf, valueOfDraft } from './merge-draft.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const names = ['lon', 'nyc'] as const;
const saved = (text: string, draft: ReturnType<typeof draftOf>): string => {
  const result = valueOfDraft(text, draft);
  return 'value' in result ? Buffer.from(result.value).toString('latin1') : `problem: ${result.problem}`;
};

describe('the draft of a merge', () => {
  const draft = draftOf([utf8('{"name":"Ada","seats":5}'), utf8('{"name":"Ada","seats":8}')], names);

  it('has JSON a member a line, and what differs between marks', () => {
    expect(draft.text).toBe(
      [
        '{',
        '  "name": "Ada",',
        '<<<<<<< A lon',
        '  "seats": 5',
        '=======',
        '  "seats": 8',
        '>>>>>>> B nyc',
        '}',
      ].join('\n'),
    );
  });

  it('becomes JSON on one line again, without the line feed of the editor', () => {
    expect(saved('{\n  "name": "Ada",\n  "seats": 13.0\n}\n', draft)).toBe('{"name":"Ada","seats":13.0}');
  });

  it('is refused with marks in it, or where it is no JSON any more', () => {
    expect(saved(draft.text, draft)).toMatch(/^problem: the marks of a difference/);
    expect(saved('{"name":}', draft)).toMatch(/^problem: it is no JSON any more: /);
  });

  it('keeps JSON that was spaced as it is spaced', () => {
    const spaced = draftOf([utf8('{ "a": 1 }\n'), utf8('{ "a": 2 }\n')], names);
    expect(spaced.text).toBe('<<<<<<< A lon\n{ "a": 1 }\n=======\n{ "a": 2 }\n>>>>>>> B nyc\n');
    expect(saved('{ "a": 3 }\n', spaced)).toBe('{ "a": 3 }\n');
  });

  it('keeps text as it is, but for a line feed that was not there', () => {
    const text = draftOf([utf8('hello'), utf8('hello there')], names);
    expect(text).toMatchObject({ format: 'text' });
    expect(saved('hello all\n', text)).toBe('hello all');
    expect(saved('hello all', text)).toBe('hello all');
  });

  it('is hex where a side is no text, and refuses what is none', () => {
    const hex = draftOf([Uint8Array.of(0xff, 0x00), utf8('ab')], names);
    expect(hex.text).toBe('<<<<<<< A lon\nff 00\n=======\n61 62\n>>>>>>> B nyc');
    expect(saved('ff 61\n62\n', hex)).toBe('\u00ffab');
    expect(saved('ff 6', hex)).toMatch(/^problem: it is not hex/);
  });

  it('is the one value where there is one side only', () => {
    expect(draftOf([undefined, utf8('x')], names).text).toBe('x');
    expect(draftOf([undefined, undefined], names).text).toBe('');
  });
});
