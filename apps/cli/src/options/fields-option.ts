import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { FieldsOutput } from '../output/fields-output.js';

interface FieldsFlags {
  readonly fields?: readonly string[];
  readonly json?: boolean;
  readonly ndjson?: boolean;
}

/** Gives `--fields` to every command that prints JSON, and has it obeyed. */
export function addFieldsOption(program: Command, context: CliContext): void {
  for (const command of commandsBelow(program)) {
    const prints = command.options.some(({ long }) => long === '--json' || long === '--ndjson');
    if (!prints) continue;
    const flags = command.options.flatMap(({ long }) =>
      long === '--json' || long === '--ndjson' ? [long] : [],
    );
    command.option(
      '--fields <names>',
      `with ${flags.join(' or ')}: only these fields, such as name,sides.0`,
      parseFields,
    );
  }
  program.hook('preAction', (_, command) => {
    const { fields, json, ndjson } = command.opts<FieldsFlags>();
    if (fields === undefined) return;
    if (!json && !ndjson) {
      throw new CliError('--fields chooses from what --json or --ndjson prints', { hint: 'add one of them' });
    }
    context.io = { ...context.io, stdout: new FieldsOutput(context.io.stdout, fields) };
  });
}

function* commandsBelow(command: Command): Generator<Command> {
  for (const each of command.commands) {
    yield each;
    yield* commandsBelow(each);
  }
}

function parseFields(text: string): readonly string[] {
  const fields = text.split(',').map((name) => name.trim());
  if (fields.every((name) => name !== '')) return fields;
  throw new InvalidArgumentError('Give names with commas between them, such as key,kind.');
}
