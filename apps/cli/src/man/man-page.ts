import {
  type ArgumentNode,
  allCommands,
  type CommandNode,
  type OptionNode,
} from '../command-line/command-tree.js';
import { environmentTexts } from '../command-line/environment-texts.js';
import { exitCodeTexts } from '../command-line/exit-code-texts.js';
import { helpBlocks } from './help-blocks.js';

/** The manual page `kvtwin.1`, in the macros of man(7). */
export function manPage(root: CommandNode, version: string): string {
  const commands = [...allCommands(root)].filter(({ path }) => path.length > 0);
  return `${[
    `.\\" Made from the help of kvtwin; see CONTRIBUTING.md.`,
    `.TH KVTWIN 1 "" "kvtwin ${version}" "kvtwin"`,
    '.SH NAME',
    'kvtwin \\- compare two copies of the same keys, and set them right',
    '.SH SYNOPSIS',
    '.B kvtwin',
    '.I command',
    '[\\fIarguments\\fR] [\\fIoptions\\fR]',
    '.SH DESCRIPTION',
    plain(root.description),
    ...blockLines(root.after),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH ENVIRONMENT',
    ...environmentTexts.flatMap(([name, meaning]) => ['.TP', `.B ${plain(name)}`, plain(meaning)]),
    '.SH EXIT STATUS',
    ...exitCodeTexts.flatMap(([code, means, advice]) => [
      '.TP',
      `.B ${code}`,
      plain(advice === '' ? `${means}.` : `${means}. What to do: ${advice}.`),
    ]),
  ].join('\n')}\n`;
}

function commandLines(node: CommandNode): string[] {
  return [
    `.SS "${plain(node.usage)}"`,
    plain(node.description),
    ...node.arguments.flatMap(argumentLines),
    ...node.options.filter(({ long }) => long !== '--help').flatMap(optionLines),
    ...blockLines(node.after),
  ];
}

function argumentLines({ name, description }: ArgumentNode): string[] {
  return ['.TP', `.I ${plain(name)}`, plain(description)];
}

function optionLines({ short, long, value, description, choices, defaultText }: OptionNode): string[] {
  const names = [...(short === undefined ? [] : [short]), long]
    .map((name) => `\\fB${plain(name)}\\fR`)
    .join(', ');
  const shown = value === undefined ? names : `${names} \\fI${plain(value)}\\fR`;
  const more = [
    ...(choices.length === 0 ? [] : [`one of ${choices.join(', ')}`]),
    ...(defaultText === undefined ? [] : [`default: ${defaultText}`]),
  ];
  const text = more.length === 0 ? description : `${description} (${more.join('; ')})`;
  return ['.TP', shown, plain(text)];
}

function blockLines(after: string): string[] {
  return helpBlocks(after).flatMap((block) =>
    block.kind === 'text'
      ? ['.PP', plain(block.text)]
      : [
          '.PP',
          ...(block.title === '' ? [] : [plain(block.title)]),
          '.RS 4',
          '.nf',
          ...block.lines.map(plain),
          '.fi',
          '.RE',
        ],
  );
}

/** Text that troff prints as it is: no escapes, no requests, hyphens that can be copied. */
function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
  return escaped.replaceAll(/^([.'])/gm, '\\&$1');
}
