import type { HeaderList } from './header-list.js';

/** How the end of a body is found: its length in bytes, its chunks, or nothing in the head tells (`none`). */
export type BodyFraming = number | 'chunked' | 'none' | 'contradictory';

/**
 * What a head says about its body. `contradictory`: a length and chunks, two lengths that differ, a length that is no number,
 * another coding than `chunked`; two readers could find different ends, so nobody should look for one.
 */
export function bodyFraming(headers: HeaderList): BodyFraming {
  let framing: BodyFraming | undefined;
  for (const [name, value] of headers) {
    const said = saidBy(name, value);
    if (said === undefined) continue;
    if (framing !== undefined && (framing !== said || said === 'chunked')) return 'contradictory';
    framing = said;
  }
  return framing ?? 'none';
}

function saidBy(name: string, value: string): BodyFraming | undefined {
  if (name.length === 14 && name.toLowerCase() === 'content-length') {
    return /^\d{1,15}$/.test(value) ? Number(value) : 'contradictory';
  }
  if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
    return value.toLowerCase() === 'chunked' ? 'chunked' : 'contradictory';
  }
  return undefined;
}
