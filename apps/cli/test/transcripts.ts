/** A command of a page and what it is said to print. */
export interface Transcript {
  /** Behind `$ kvtwin `. */
  readonly command: string;
  readonly output: string;
  /** `console`: what it prints; `text`: the screen that it shows. */
  readonly kind: 'console' | 'text';
}

/** The terminal sessions of a page: fenced blocks `console` or `text` whose lines begin with `$ kvtwin `, in their order. */
export function transcriptsIn(markdown: string): Transcript[] {
  return [...markdown.matchAll(/```(console|text)\n([\s\S]*?)```/g)].flatMap(([, kind, block]) =>
    block!
      .split(/^\$ kvtwin /m)
      .slice(1)
      .map((text) => ({
        command: text.slice(0, text.indexOf('\n')),
        output: text.slice(text.indexOf('\n') + 1),
        kind: kind as Transcript['kind'],
      })),
  );
}

/**
 * What two runs have in common: ports, folders, times and rates are those of the machine, and a SHA-256 of a whole report
 * has the instants in it at which entries expire. Everything else is compared as it is, but for how many spaces align it.
 */
export function comparable(text: string): string {
  return text
    .replaceAll(/(127\.0\.0\.1:)\d{2,5}/g, '$1PORT')
    .replaceAll(/over \d+ ms/g, 'over TIME')
    .replaceAll(/ in \d+(ms|s)/g, ' in TIME')
    .replaceAll(/^\d\d:\d\d:\d\d /gm, 'TIME ')
    .replaceAll(/ \d+(ms|s)( +job d\d+)/g, ' AGE$2')
    .replaceAll(/ (done|paused|new) +\d+(ms|s) /g, ' $1 AGE ')
    .replaceAll(/(report|page|plan|wrote|apply) \/\S+/g, '$1 FILE')
    .replaceAll(/sha256 [0-9a-f]{64}/g, 'sha256 DIGEST')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ $/gm, '')
    .trim();
}

/** The words of a command that writes below /tmp, with a folder of its own in place of that. */
export function wordsIn(folder: string, command: string): string[] {
  return wordsOf(command).map((word) => word.replace(/^\/tmp\//, `${folder}/`));
}

/** The words of a command as a shell takes it apart; quotes are all that it knows. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double),
  );
}
