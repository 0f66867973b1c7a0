import type { Argument, Command, Option } from 'commander';

/** What a shell offers for a value. */
export type ValueKind =
  | 'profile' // also URLs, which cannot be listed
  | 'job'
  | 'file'
  | 'folder'
  | 'text';

/** An option of a command, as its help shows it. */
export interface OptionNode {
  /** `-q` */
  readonly short?: string;
  /** `--quiet` */
  readonly long: string;
  /** `<name>`, `[name]`, or nothing for a switch. */
  readonly value?: string;
  readonly valueIsOptional: boolean;
  readonly kind: ValueKind;
  readonly choices: readonly string[];
  readonly description: string;
  /** As the help shows it; nothing for a switch that is off. */
  readonly defaultText?: string;
}

/** An argument of a command. */
export interface ArgumentNode {
  readonly name: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly kind: ValueKind;
  readonly choices: readonly string[];
  readonly description: string;
}

/** A command with all that its help says, and the commands below it. */
export interface CommandNode {
  /** From below `kvtwin` down: `['profile', 'add']`; empty for `kvtwin` itself. */
  readonly path: readonly string[];
  /** One line for a list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  /** What the help says behind the options: rules, examples, exit codes. */
  readonly after: string;
  readonly commands: readonly CommandNode[];
}

/** Reads the tree of commands, those left out that help does not show. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  const helper = command.createHelp();
  const below = helper.visibleCommands(command).filter((each) => each.name() !== 'help');
  return {
    path,
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: `${['kvtwin', ...path].join(' ')} ${command.usage()}`.trim(),
    arguments: command.registeredArguments.map((argument) => argumentNode(argument, path)),
    options: helper.visibleOptions(command).map(optionNode),
    after: textAfter(command),
    commands: below.map((each) => commandTree(each, [...path, each.name()])),
  };
}

/** The command itself and all below it, from the top down. */
export function* allCommands(node: CommandNode): Generator<CommandNode> {
  yield node;
  for (const each of node.commands) yield* allCommands(each);
}

function argumentNode(argument: Argument, path: readonly string[]): ArgumentNode {
  return {
    name: argument.name(),
    required: argument.required,
    variadic: argument.variadic,
    kind: argument.argChoices === undefined ? kindOfArgument(argument.name(), path) : 'text',
    choices: argument.argChoices ?? [],
    description: argument.description,
  };
}

function optionNode(option: Option): OptionNode {
  const value = /[<[].*$/.exec(option.flags)?.[0];
  return {
    ...(option.short === undefined ? {} : { short: option.short }),
    long: option.long ?? option.short ?? '',
    ...(value === undefined ? {} : { value }),
    valueIsOptional: option.optional,
    kind: value === undefined ? 'text' : kindOfOption(option.long ?? '', value),
    choices: option.argChoices ?? [],
    description: option.description,
    ...(defaultTextOf(option) ?? {}),
  };
}

function defaultTextOf({
  defaultValue,
  defaultValueDescription,
}: Option): { defaultText: string } | undefined {
  if (defaultValue === undefined || defaultValue === false) return undefined;
  return { defaultText: defaultValueDescription ?? String(defaultValue) };
}

function kindOfOption(long: string, value: string): ValueKind {
  if (['--profile', '--first', '--second', '--pair', '--store'].includes(long)) return 'profile';
  if (/job/.test(value)) return 'job';
  if (/dir|folder/.test(value)) return 'folder';
  return /file/.test(value) ? 'file' : 'text';
}

/** What is meant follows from the name: arguments are named alike in all commands. */
function kindOfArgument(name: string, [command = '', below = '']: readonly string[]): ValueKind {
  if (command === 'resolve') return 'job';
  if (command === 'profile') return below === 'use' || below === 'rm' ? 'profile' : 'text';
  if (['first', 'second', 'server', 'source', 'store', 'target', 'target2'].includes(name)) return 'profile';
  if (name === 'job' || name === 'id' || name === 'ids') return 'job';
  const isFile = /file|plan|report|certificate/.test(name) || command === 'decode';
  return isFile ? 'file' : 'text';
}

/** Commander keeps these texts behind an event; its types do not say that it emits any. */
function textAfter(command: Command): string {
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  (command as unknown as NodeJS.EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.trim();
}
