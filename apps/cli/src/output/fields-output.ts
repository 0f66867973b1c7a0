import type { CliOutput } from '../command-line/cli-io.js';

/** An output of JSON lines on which only some fields of each object are let through; what is no JSON stays as it is. */
export class FieldsOutput implements CliOutput {
  readonly #output: CliOutput;
  readonly #fields: readonly string[];

  /** `fields`: names; a dot goes into an object or, with a number, into an array: `sides.0.state`. */
  constructor(output: CliOutput, fields: readonly string[]) {
    this.#output = output;
    this.#fields = fields;
  }

  get isTTY(): boolean {
    return this.#output.isTTY;
  }

  get columns(): number {
    return this.#output.columns;
  }

  write(chunk: string | Uint8Array): boolean {
    return this.#output.write(typeof chunk === 'string' ? this.#selected(chunk) : chunk);
  }

  drained(): Promise<void> {
    return this.#output.drained();
  }

  #selected(text: string): string {
    return text
      .split('\n')
      .map((line) => (line.startsWith('{') ? selectFields(line, this.#fields) : line))
      .join('\n');
  }
}

/** The line with these fields only, each under its whole name; `null` where the object has no such field. */
function selectFields(line: string, fields: readonly string[]): string {
  let object: unknown;
  try {
    object = JSON.parse(line);
  } catch {
    return line;
  }
  return JSON.stringify(Object.fromEntries(fields.map((field) => [field, fieldOf(object, field)])));
}

function fieldOf(object: unknown, field: string): unknown {
  let value = object;
  for (const name of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
