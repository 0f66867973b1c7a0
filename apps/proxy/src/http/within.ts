/** Work that must be done by a certain time. */
interface Deadline {
  /** On the clock of `performance.now()`. */
  readonly dueMs: number;
  expire(): void;
}

/** All under way, on one timer: one for each request costs as much as a request's whole answer. */
const open = new Set<Deadline>();
let timer: NodeJS.Timeout | undefined;
let timerDueMs = Number.POSITIVE_INFINITY;

/** Resolves as `work` does, or with undefined once `timeoutMs` are over; what `work` does later is ignored. */
export function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const deadline = { dueMs: performance.now() + timeoutMs, expire: () => resolve(undefined) };
    begin(deadline);
    work.then(
      (value) => {
        end(deadline);
        resolve(value);
      },
      (error: unknown) => {
        end(deadline);
        reject(error);
      },
    );
  });
}

function begin(deadline: Deadline): void {
  open.add(deadline);
  if (deadline.dueMs < timerDueMs) plan(deadline.dueMs);
  else if (open.size === 1) timer?.ref();
}

/** The timer stays set, and keeps nobody alive while nothing is under way. */
function end(deadline: Deadline): void {
  if (open.delete(deadline) && open.size === 0) timer?.unref();
}

function plan(dueMs: number): void {
  clearTimeout(timer);
  timerDueMs = dueMs;
  timer = setTimeout(ring, Math.max(1, Math.ceil(dueMs - performance.now())));
}

function ring(): void {
  timer = undefined;
  timerDueMs = Number.POSITIVE_INFINITY;
  const nowMs = performance.now();
  let nextMs = Number.POSITIVE_INFINITY;
  for (const deadline of open) {
    if (deadline.dueMs <= nowMs) {
      open.delete(deadline);
      deadline.expire();
    } else {
      nextMs = Math.min(nextMs, deadline.dueMs);
    }
  }
  if (nextMs < Number.POSITIVE_INFINITY) plan(nextMs);
}
