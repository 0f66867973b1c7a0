import type { AnyReply } from '@kvtwin/hotrod-protocol';
import type { HotRodError } from './hotrod-error.js';
import type { CallInput } from './pending-call.js';

/** What iterations and listeners need of a client. */
export interface CallSender {
  execute<Request, Reply extends AnyReply, Result>(input: CallInput<Request, Reply, Result>): Promise<Result>;
  /** {@link execute} without a promise of its own. Throws where the input is wrong. */
  submit<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request, Reply, Result>,
    resolve: (result: Result) => void,
    reject: (error: HotRodError) => void,
  ): void;
}
