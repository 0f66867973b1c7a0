import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Everything that goes over a diagnostics channel until `stop()`. */
export function collectDiagnostics<Message>(name: string): {
  readonly messages: Message[];
  stop(): void;
} {
  const messages: Message[] = [];
  const hear = (message: unknown): void => {
    messages.push(message as Message);
  };
  subscribe(name, hear);
  return { messages, stop: () => void unsubscribe(name, hear) };
}
