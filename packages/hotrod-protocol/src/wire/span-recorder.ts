/** A field where it lies: absolute offsets, `end` exclusive. */
export interface FieldSpan {
  /** Path from the message down: `request.entries[3].key`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

/** Notes where each field lies while a message is read. For people only: it costs time and memory per field. */
export class SpanRecorder {
  private spans: FieldSpan[] = [];
  private readonly path: string[] = [];
  /** Number of spans when each open field began: a group whose fields were noted is not noted itself. */
  private readonly before: number[] = [];

  /** Begins a field; a name that begins with `[` is an element of the field around it. */
  open(name: string): void {
    this.path.push(name);
    this.before.push(this.spans.length);
  }

  /** Ends the innermost field. */
  close(start: number, end: number, value: unknown): void {
    if (this.before.pop() === this.spans.length && end > start) {
      this.spans.push({ name: this.name(), start, end, value });
    }
    this.path.pop();
  }

  /** Notes a field without parts. */
  note(name: string, start: number, end: number, value: unknown): void {
    this.open(name);
    this.close(start, end, value);
  }

  /** The spans noted since the last `take()`, in wire order. */
  take(): FieldSpan[] {
    const taken = this.spans;
    this.spans = [];
    this.path.length = 0;
    this.before.length = 0;
    return taken;
  }

  private name(): string {
    return this.path.reduce(
      (text, part) => text + (text === '' || part.startsWith('[') ? '' : '.') + part,
      '',
    );
  }
}
