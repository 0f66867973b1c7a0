import type { ReplicaPairStore } from '@kvtwin/replica-pair';
import { systemClock, type Two } from '@kvtwin/versioned-value';
import type { CliIo, CliTerminal } from '../command-line/cli-io.js';
import { showsUnicode } from '../command-line/shows-unicode.js';
import { colorsFor } from '../output/output.js';
import { editText } from './edit-text.js';
import { FullScreen } from './full-screen.js';
import { Picker, type PickerCounts, type PickerParts } from './picker.js';
import { pickerScreen } from './picker-screen.js';
import type { QueuedKey } from './resolve-item.js';

/** What {@link runPicker} works with. */
export interface PickerRun {
  readonly io: CliIo;
  readonly terminal: CliTerminal;
  /** At least one. */
  readonly keys: readonly QueuedKey[];
  readonly names: Two<string>;
  readonly pair: Pick<ReplicaPairStore, 'read' | 'repair'>;
  /** As {@link Picker} takes back what it wrote. */
  readonly undo?: PickerParts['undo'];
  readonly timeoutMs?: number | undefined;
  readonly allowUnguarded: boolean;
}

/** How a picker was left. */
export interface PickerEnd {
  /** By Ctrl-C or a signal. */
  readonly interrupted: boolean;
  readonly counts: PickerCounts;
}

const extensions = { json: 'json', text: 'txt', hex: 'hex.txt' } as const;

/** Shows the picker on the terminal until it is left; the terminal is as it was before, whatever happens. */
export async function runPicker(run: PickerRun): Promise<PickerEnd> {
  const { io, keys, names, pair, terminal, timeoutMs, allowUnguarded, undo } = run;
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  if (io.signal.aborted) stop();
  io.signal.addEventListener('abort', stop, { once: true });
  const screen = new FullScreen(terminal, {
    colors: colorsFor({ ...io.stdout, isTTY: true }, io.env),
    unicode: showsUnicode(io.env),
    onInterrupt: stop,
  });
  const draw = (): void => screen.draw(pickerScreen(picker.view, screen.size));
  const resized = (): void => {
    picker.resize(screen.size);
    draw();
  };
  const picker = new Picker(
    {
      keys,
      names,
      pair,
      clock: systemClock,
      signal: stopping.signal,
      timeoutMs,
      allowUnguarded,
      onChange: draw,
      ...(undo === undefined ? {} : { undo }),
      edit: async (text, format) => {
        screen.close();
        try {
          return await editText(text, extensions[format], io.env);
        } finally {
          screen.open(resized);
          picker.resize(screen.size);
        }
      },
    },
    screen.size,
  );
  screen.open(resized);
  try {
    await picker.start();
    do draw();
    while ((await picker.press(await screen.key(stopping.signal))) === 'stay');
    return { interrupted: false, counts: picker.counts };
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    return { interrupted: true, counts: picker.counts };
  } finally {
    io.signal.removeEventListener('abort', stop);
    screen.close();
  }
}
