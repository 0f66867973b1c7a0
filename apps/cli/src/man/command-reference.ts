import { allCommands, type CommandNode, type OptionNode } from '../command-line/command-tree.js';
import { environmentTexts } from '../command-line/environment-texts.js';
import { exitCodeTexts } from '../command-line/exit-code-texts.js';
import { helpBlocks } from './help-blocks.js';

/** `docs/guides/commands.md`: every command with its arguments, options, examples and exit codes. */
export function commandReference(root: CommandNode): string {
  const commands = [...allCommands(root)].filter(({ path }) => path.length > 0);
  const leaves = commands.map(
    (node) => `| [\`${node.path.join(' ')}\`](#kvtwin-${node.path.join('-')}) | ${cell(node.summary)} |`,
  );
  return `${[
    '# The commands of kvtwin',
    '',
    'Made from the help texts, and checked by a test: `kvtwin COMMAND --help` says the same.',
    '',
    '| command | does |',
    '|---|---|',
    ...leaves,
    '',
    ...commands.flatMap(commandLines),
    '## Environment',
    '',
    '| variable | means |',
    '|---|---|',
    ...environmentTexts.map(([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`),
    '',
    '## Exit codes',
    '',
    '| code | means | what to do |',
    '|---|---|---|',
    ...exitCodeTexts.map(([code, means, advice]) => `| ${code} | ${cell(means)} | ${cell(advice)} |`),
  ].join('\n')}\n`;
}

function commandLines(node: CommandNode): string[] {
  const options = node.options.filter(({ long }) => long !== '--help');
  return [
    `## kvtwin ${node.path.join(' ')}`,
    '',
    node.description,
    '',
    '```',
    node.usage,
    '```',
    '',
    ...table(
      'argument',
      node.arguments.map(({ name, description, required }) => [
        `\`${name}\``,
        required ? description : `${description} (optional)`,
      ]),
    ),
    ...table(
      'option',
      options.map((option) => [`\`${namesOf(option)}\``, textOf(option)]),
    ),
    ...blockLines(node.after),
  ];
}

function table(title: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return [];
  return [
    `| ${title} | means |`,
    '|---|---|',
    ...rows.map(([name, text]) => `| ${name.replaceAll('|', '\\|')} | ${cell(text)} |`),
    '',
  ];
}

function namesOf({ short, long, value }: OptionNode): string {
  const names = [...(short === undefined ? [] : [short]), long].join(', ');
  return value === undefined ? names : `${names} ${value}`;
}

function textOf({ description, choices, defaultText }: OptionNode): string {
  const parts = [description];
  if (choices.length > 0) parts.push(`one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`);
  if (defaultText !== undefined) parts.push(`default \`${defaultText}\``);
  return parts.join('; ');
}

function blockLines(after: string): string[] {
  return helpBlocks(after).flatMap((block) =>
    block.kind === 'text'
      ? [escaped(block.text), '']
      : [...(block.title === '' ? [] : [escaped(block.title), '']), '```', ...block.lines, '```', ''],
  );
}

function cell(text: string): string {
  return escaped(text.replaceAll('\n', ' ')).replaceAll('|', '\\|');
}

/** In running text `<`, `*` and `_` would be markup. */
function escaped(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll(/[*_]/g, '\\$&');
}
