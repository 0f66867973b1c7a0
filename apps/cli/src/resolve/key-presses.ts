/** Names of the keys that are more than a character. */
const sequences: Readonly<Record<string, string>> = {
  '[A': 'up',
  '[B': 'down',
  '[5~': 'page-up',
  '[6~': 'page-down',
  '[H': 'home',
  '[F': 'end',
  '[1~': 'home',
  '[4~': 'end',
  OA: 'up',
  OB: 'down',
  OH: 'home',
  OF: 'end',
};

const escapeCharacter = '\u001b';

/** What follows the escape of a sequence that is not complete yet: more of it may come with the next chunk, as over a slow line. */
const unfinished = /^(?:O|\[[0-9;?]*)?$/;
const sequence = /^(?:\[[0-9;?]*[ -/]*[@-~]|O.)/;

/**
 * What was pressed, from the bytes of a terminal in raw mode: characters as they are, `ctrl-c`, `escape`, `up`, `down`,
 * `page-up`, `page-down`, `home`, `end`. Sequences may come in pieces; others than these are passed over.
 */
export class KeyPresses {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** The keys that a chunk completes. */
  take(chunk: Uint8Array): string[] {
    let text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    this.#rest = '';
    const keys: string[] = [];
    while (text !== '') {
      if (text.startsWith(escapeCharacter)) {
        const found = sequence.exec(text.slice(1));
        if (found !== null) {
          const name = sequences[found[0]];
          if (name !== undefined) keys.push(name);
          text = text.slice(1 + found[0].length);
          continue;
        }
        if (unfinished.test(text.slice(1))) {
          this.#rest = text;
          break;
        }
        text = text.slice(1);
        continue;
      }
      const character = String.fromCodePoint(text.codePointAt(0)!);
      text = text.slice(character.length);
      keys.push(controlName(character) ?? character);
    }
    return keys;
  }
}

function controlName(character: string): string | undefined {
  if (character === '\u0003') return 'ctrl-c';
  if (character === '\u000c') return 'ctrl-l';
  return character === '\r' ? '\n' : undefined;
}
