import {
  type ArgumentNode,
  allCommands,
  type CommandNode,
  type OptionNode,
} from '../command-line/command-tree.js';
import { quoted, valueSource } from './value-source.js';

/** The completion for fish. */
export function fishScript(root: CommandNode): string {
  return `# fish completion for kvtwin: kvtwin completion fish | source
function __kvtwin_is --description 'whether the command line so far is this command'
    set -l words (commandline -opc)
    set -e words[1]
    set -l path
    for word in $words
        string match -q -- '-*' $word; and continue
        set -l below (string trim -- "$path $word")
        contains -- $below $__kvtwin_paths; or break
        set path $below
    end
    test "$path" = "$argv"
end
set -g __kvtwin_paths ${[...allCommands(root)].map(({ path }) => quoted(path.join(' '))).join(' ')}
complete -c kvtwin -f
${[...allCommands(root)].flatMap(commandLines).join('\n')}
`;
}

function commandLines(node: CommandNode): string[] {
  const here = `complete -c kvtwin -n ${quoted(`__kvtwin_is ${node.path.join(' ')}`.trim())}`;
  return [
    ...node.commands.map((below) => `${here} -a ${below.path.at(-1)} -d ${quoted(below.summary)}`),
    ...node.options.map((option) => `${here} ${optionFlags(option)}`),
    ...sourcesOf(node.arguments).map((source) => `${here} ${source}`),
  ];
}

function optionFlags(option: OptionNode): string {
  const { short, long, value, valueIsOptional, description } = option;
  const names = [long, ...(short === undefined ? [] : [short])].map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const source = value === undefined || valueIsOptional ? '' : ` ${requiredFlags(valueSource(option))}`;
  return `${names.join(' ')}${source} -d ${quoted(description)}`.replaceAll(/ +/g, ' ');
}

/** A value must follow: one of these and no file, a file, or whatever. */
function requiredFlags(source: string): string {
  return source === 'file' ? '-r -F' : `-x ${sourceFlags(source)}`;
}

function sourcesOf(all: readonly ArgumentNode[]): string[] {
  return [...new Set(all.map((argument) => sourceFlags(valueSource(argument))))].filter(
    (flags) => flags !== '',
  );
}

function sourceFlags(source: string): string {
  if (source.startsWith('words ')) return `-a ${quoted(source.slice('words '.length))}`;
  switch (source) {
    case 'profile':
      return `-a '(kvtwin completion values profiles 2>/dev/null)'`;
    case 'job':
      return `-a '(kvtwin completion values jobs 2>/dev/null)'`;
    case 'file':
      return '-F';
    case 'folder':
      return `-a '(__fish_complete_directories)'`;
    default:
      return '';
  }
}
