import { CliError } from './cli-error.js';

/** Which of `names` a person means: names separated by commas, `*` stands for any letters. A CliError for one that is none. */
export function matchingNames<Name extends string>(text: string, names: readonly Name[]): ReadonlySet<Name> {
  const found = new Set<Name>();
  for (const word of text.split(',').map((each) => each.trim())) {
    const pattern = /^[a-z*-]+$/.test(word) ? new RegExp(`^${word.replaceAll('*', '.*')}$`) : undefined;
    const named = names.filter((name) => pattern?.test(name));
    if (named.length === 0) {
      throw new CliError(`there is no class ${word}`, { hint: `classes: ${names.join(', ')}` });
    }
    for (const name of named) found.add(name);
  }
  return found;
}
