import type { CliContext } from '../command-line/cli-context.js';
import type { CliIo } from '../command-line/cli-io.js';
import { type CommandNode, commandTree } from '../command-line/command-tree.js';
import { ExitCode } from '../command-line/exit-code.js';
import { similarWord } from '../command-line/similar-word.js';
import { writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';
import type { OpenSides } from '../sides/open-sides.js';
import { splitWords } from './split-words.js';

/** Commands of kvtwin that work on the open sides. */
export const shellCommands = ['get', 'put', 'del', 'scan', 'diff'] as const;

/** Words of the shell itself. */
const ownWords: readonly (readonly [string, string])[] = [
  ['help [COMMAND]', 'this list, or all about a command'],
  ['history', 'the lines so far'],
  ['exit', 'leave; Ctrl-D does too'],
];

/** Lines kept: some screens. */
export const maxHistory = 1000;

/** What became of a line. */
export interface LineOutcome {
  readonly code: ExitCode;
  /** Whether the shell is to be left. */
  readonly leave: boolean;
}

const done: LineOutcome = { code: ExitCode.ok, leave: false };

/** Runs lines on two sides that stay open between them. */
export class ShellSession {
  readonly #context: CliContext;
  readonly #io: CliIo;
  readonly #sides: OpenSides;
  /** The lines so far, the oldest first. */
  readonly history: string[];

  /** `context`: where its commands write, and the command line that they are of. */
  constructor(context: CliContext, sides: OpenSides, history: readonly string[] = []) {
    this.#context = context;
    this.#io = context.io;
    this.#sides = sides;
    this.history = [...history];
  }

  /** Runs one line; what is wrong with it is printed. `signal` cancels it. Never rejects. */
  async run(line: string, signal: AbortSignal): Promise<LineOutcome> {
    if (line.trim() === '') return done;
    this.#remember(line);
    const split = splitWords(line);
    if ('open' in split) {
      await writeLine(this.#io.stderr, `error: ${split.open} is not closed`);
      return { code: ExitCode.usage, leave: false };
    }
    const [word, ...rest] = split.words;
    switch (word) {
      case undefined:
        return done;
      case 'exit':
      case 'quit':
        return { code: ExitCode.ok, leave: true };
      case 'history':
        for (const past of this.history) await writeLine(this.#io.stdout, past);
        return done;
      case 'help':
        if (rest[0] === undefined) return this.#help();
        return this.#runCommand(rest[0], ['--help'], signal);
      default:
        return this.#runCommand(word, rest, signal);
    }
  }

  /** The words that may stand at the end of a line, and the part of it that they replace. */
  async complete(line: string): Promise<[string[], string]> {
    const [, before = '', last = ''] = /^(.*?)(\S*)$/s.exec(line) ?? [];
    const split = splitWords(before);
    const words = 'words' in split ? split.words : [];
    const [word] = words;
    const offered = word === undefined ? this.#firstWords() : await this.#optionsAfter(words);
    return [offered.filter((each) => each.startsWith(last)).map((each) => `${each} `), last];
  }

  #firstWords(): string[] {
    return [...shellCommands, 'help', 'history', 'exit'];
  }

  #remember(line: string): void {
    // As in other shells: a line that begins with a space is not kept.
    if (line.startsWith(' ') || this.history.at(-1) === line) return;
    this.history.push(line);
    if (this.history.length > maxHistory) this.history.shift();
  }

  async #runCommand(word: string, rest: readonly string[], signal: AbortSignal): Promise<LineOutcome> {
    if (!isShellCommand(word)) {
      const similar = similarWord(word, this.#firstWords());
      const hint = similar === undefined ? 'help shows what there is' : `did you mean ${similar}?`;
      await writeLine(this.#io.stderr, `error: the shell has no ${word}; ${hint}`);
      return { code: ExitCode.usage, leave: false };
    }
    const io = { ...this.#io, signal, stdin: noInput() };
    const { commandLine } = this.#context;
    const context = { io, commandLine, exitCode: ExitCode.ok, sides: this.#sides };
    const code = await commandLine.run([word, ...argumentsOf(word, rest)], context);
    if (signal.aborted) await writeLine(this.#io.stderr, 'cancelled');
    return { code, leave: false };
  }

  async #optionsAfter(words: readonly string[]): Promise<string[]> {
    const [first = '', second = ''] = words;
    if (first === 'help') return words.length === 1 ? [...shellCommands] : [];
    if (!isShellCommand(first)) return [];
    const { options } = await this.#nodeOf(first);
    const last = words.at(-1) ?? second;
    const option = options.find(({ short, long }) => last === long || last === short);
    if (option?.value !== undefined && !option.valueIsOptional) return [...option.choices];
    return options.map(({ long }) => long);
  }

  async #nodeOf(name: (typeof shellCommands)[number]): Promise<CommandNode> {
    const program = await this.#context.commandLine.program(this.#context, [name]);
    return commandTree(program).commands.find(({ path }) => path[0] === name)!;
  }

  async #help(): Promise<LineOutcome> {
    const rows: string[][] = [];
    for (const name of shellCommands) rows.push([name, (await this.#nodeOf(name)).summary]);
    for (const [word, what] of ownWords) rows.push([word, what]);
    await writeLine(this.#io.stdout, plainTable(rows));
    await writeLine(this.#io.stdout, '  Quotes as in other shells; help get shows the options of get.');
    return done;
  }
}

function isShellCommand(word: string): word is (typeof shellCommands)[number] {
  return (shellCommands as readonly string[]).includes(word);
}

/** In a shell a diff is a look, not a job, unless it is asked for as one. */
function argumentsOf(word: string, rest: readonly string[]): readonly string[] {
  const says = rest.some((each) => each === '--job' || each === '--no-job');
  return word === 'diff' && !says ? [...rest, '--no-job'] : rest;
}

/** Commands of a shell read no stdin: that is where its lines come from. */
function noInput(): CliIo['stdin'] {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  return Object.assign(nothing(), { isTTY: true });
}
