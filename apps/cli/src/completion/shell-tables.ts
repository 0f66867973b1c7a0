import { allCommands, type CommandNode, type OptionNode } from '../command-line/command-tree.js';
import { quoted, valueSource } from './value-source.js';

/** What each word of a list looks like in a table. */
export type WordForm = (word: string, description: string) => string;

/**
 * The tree of commands as functions of `case`, which bash and zsh read alike:
 *
 * ```
 *   _kvtwin_commands PATH           the commands below, a line each
 *   _kvtwin_options PATH            the options, a line each
 *   _kvtwin_option_value PATH OPT   where its value comes from; `switch` where it has none
 *   _kvtwin_argument PATH INDEX     where that argument comes from
 * ```
 */
export function shellTables(root: CommandNode, form: WordForm): string {
  const nodes = [...allCommands(root)];
  return [
    tableOf('_kvtwin_commands', nodes, (node) => [
      `${pathOf(node)})`,
      linesOf(node.commands.map((below) => form(below.path.at(-1) ?? '', below.summary))),
    ]),
    tableOf('_kvtwin_options', nodes, (node) => [
      `${pathOf(node)})`,
      linesOf(
        node.options.flatMap((option) => namesOf(option).map((name) => form(name, option.description))),
      ),
    ]),
    table('_kvtwin_option_value', nodes.flatMap(optionRows)),
    table('_kvtwin_argument', nodes.flatMap(argumentRows)),
  ].join('\n');
}

function tableOf(
  name: string,
  nodes: readonly CommandNode[],
  row: (node: CommandNode) => readonly [string, string],
): string {
  return table(
    name,
    nodes.map(row).filter(([, text]) => text !== ''),
  );
}

function table(name: string, rows: readonly (readonly [string, string])[]): string {
  const one = name === '_kvtwin_option_value' || name === '_kvtwin_argument';
  const cases = rows.map(([pattern, text]) => `    ${pattern} ${text} ;;`);
  return [`${name}() {`, `  case "$1${one ? ' $2' : ''}" in`, ...cases, '  esac', '}'].join('\n');
}

function optionRows(node: CommandNode): (readonly [string, string])[] {
  return node.options.map((option) => {
    const patterns = namesOf(option).map((name) => quoted(`${node.path.join(' ')} ${name}`));
    const source = option.value === undefined || option.valueIsOptional ? 'switch' : valueSource(option);
    return [`${patterns.join('|')})`, `echo ${quoted(source)}`];
  });
}

function argumentRows(node: CommandNode): (readonly [string, string])[] {
  return node.arguments.flatMap((argument, index) => {
    const source = valueSource(argument);
    const pattern = quoted(`${node.path.join(' ')} ${index}`);
    return source === '' ? [] : [[`${pattern})`, `echo ${quoted(source)}`] as const];
  });
}

function namesOf({ short, long }: OptionNode): string[] {
  return short === undefined || short === long ? [long] : [short, long];
}

function pathOf(node: CommandNode): string {
  return quoted(node.path.join(' '));
}

function linesOf(words: readonly string[]): string {
  return words.length === 0 ? '' : `printf '%s\\n' ${words.map(quoted).join(' ')}`;
}
