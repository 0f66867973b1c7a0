import { HotRodError } from '../hotrod-error.js';

/** Kinds of values; a list is an array. */
export type OptionShape = 'string' | 'boolean' | 'function' | 'list' | 'object';

/** Refuses a name that no option has, so that none is passed over for a slip, and values of another kind (`HOTROD_INVALID_ARGUMENT`). */
export function checkOptionShapes(
  given: object,
  shapes: Readonly<Record<string, OptionShape | undefined>>,
): void {
  if (shapeOf(given) !== 'object') throw invalid(`the options are ${shapeOf(given)}; give an object`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(shapes, name)) {
      throw invalid(
        `there is no option ${JSON.stringify(name)}; there are ${Object.keys(shapes).join(', ')}`,
      );
    }
    const wanted = shapes[name];
    if (value === undefined || wanted === undefined || shapeOf(value) === wanted) continue;
    throw invalid(`${name} is ${shapeOf(value)}; it must be of the kind ${wanted}`);
  }
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
