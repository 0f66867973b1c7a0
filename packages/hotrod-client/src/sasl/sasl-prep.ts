import { SaslError } from './sasl-mechanism.js';

/** RFC 3454 table C.1.2, spaces that are not ASCII's. */
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
/** RFC 3454 table B.1, commonly mapped to nothing. */
const NOTHING =
  /\u00ad|\u034f|\u1806|\u180b|\u180c|\u180d|\u200b|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
/** Tables C.2 to C.9, as far as they can be left in a text: controls, private use, lone surrogates, tags. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\ufff9-\uffff\u{e0001}\u{e0020}-\u{e007f}]/u;

/**
 * Prepares a user name or a password so that equal ones are equal bytes (RFC 4013): other spaces become a space, what is
 * invisible goes, the rest is brought to the form NFKC. The rule about mixed writing directions is not checked.
 */
export function saslPrep(text: string, what: string): string {
  const prepared = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  if (PROHIBITED.test(prepared)) {
    throw new SaslError(`the ${what} has control or other characters that no ${what} may have (RFC 4013)`);
  }
  return prepared;
}
