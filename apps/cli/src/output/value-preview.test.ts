import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { previewDifference, previewFromDifference, previewValue } from './value-preview.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain = pc.createColors(false);

describe('the preview of a value', () => {
  it.each([
    ['', '(empty)'],
    ['line\nbreak', 'line\\nbreak'],
    ['x'.repeat(1001), `${'x'.repeat(1000)}…`],
  ])('of %j is one line', (text, shown) => expect(previewValue(utf8(text))).toBe(shown));

  it('is hex where it is no text', () => {
    expect(previewValue(Uint8Array.of(0xff, 0x00))).toBe('ff 00');
    expect(previewValue(new Uint8Array(49).fill(0xfe))).toMatch(/^(fe ){48}…$/);
  });
});

describe('the preview of a difference', () => {
  it('shows short texts whole', () => {
    expect(previewDifference(utf8('{"seats":5}'), utf8('{"seats":8}'), plain)).toBe('{"seats":[-5-]{+8+}}');
  });

  it('shows of long texts what is around each difference', () => {
    const text = (one: string, two: string): Uint8Array =>
      utf8(`${'a '.repeat(2000)}${one}${' b'.repeat(500)}${two}${' c'.repeat(2000)}`);
    expect(previewDifference(text('1', '3'), text('2', ''), plain)).toBe(
      `…${'a '.repeat(20)}[-1-]{+2+}${' b'.repeat(20)}…${' b'.repeat(20)}[-3-]${' c'.repeat(20)}…`,
    );
    const longer = previewDifference(utf8('x'.repeat(3000)), utf8(`${'y'.repeat(3000)}`), plain);
    expect(longer).toBe(`[-${'x'.repeat(200)}…-]{+${'y'.repeat(200)}…+}`);
  });

  it('gives up on what is no text, or differs in too many places', () => {
    expect(previewDifference(Uint8Array.of(0xff), utf8('a'), plain)).toBeUndefined();
    expect(previewDifference(utf8('1'.repeat(2000)), utf8('2'.repeat(2000)), plain)).toBeUndefined();
  });

  it('tells texts from where they differ first', () => {
    expect(previewFromDifference(utf8('abc\nd'), utf8('abc'))).toEqual([
      'from character 3: \\nd',
      'ends at character 3',
    ]);
  });

  it('tells bytes from where they differ first', () => {
    const bytes = new Uint8Array(100).fill(0xfe);
    expect(previewFromDifference(bytes, bytes.with(90, 0xff))).toEqual([
      'from byte 90: fe fe fe fe fe fe fe fe fe fe',
      'from byte 90: ff fe fe fe fe fe fe fe fe fe',
    ]);
    expect(previewFromDifference(bytes, bytes.subarray(0, 98))).toEqual([
      'from byte 98: fe fe',
      'ends at byte 98',
    ]);
  });
});
