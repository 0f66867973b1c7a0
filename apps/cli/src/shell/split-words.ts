/** A line of the shell as words; `open`: the quote that was not closed. */
export type SplitLine = { readonly words: readonly string[] } | { readonly open: "'" | '"' | '\\' };

/**
 * Splits as a POSIX shell does, without its expansions: `'…'` as it is, `"…"` with `\"` and `\\`, `\` before any other
 * character, and `#` at the beginning of a word leaves out the rest.
 */
export function splitWords(line: string): SplitLine {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at);
    const space = /^\s+/.exec(rest);
    if (space !== null) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += space[0].length;
      continue;
    }
    if (word === undefined && rest.startsWith('#')) break;
    const piece = readPiece(rest);
    if ('open' in piece) return piece;
    word = (word ?? '') + piece.text;
    at += piece.length;
  }
  if (word !== undefined) words.push(word);
  return { words };
}

type Piece = { readonly text: string; readonly length: number } | { readonly open: "'" | '"' | '\\' };

function readPiece(rest: string): Piece {
  switch (rest[0]) {
    case "'": {
      const end = rest.indexOf("'", 1);
      return end < 0 ? { open: "'" } : { text: rest.slice(1, end), length: end + 1 };
    }
    case '"': {
      const match = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest);
      if (match === null) return { open: '"' };
      return { text: match[1]!.replaceAll(/\\(["\\$`])/g, '$1'), length: match[0].length };
    }
    case '\\':
      return rest.length < 2 ? { open: '\\' } : { text: rest[1]!, length: 2 };
    default: {
      const [text] = /^[^\s'"\\]+/.exec(rest)!;
      return { text, length: text.length };
    }
  }
}
