import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/task_status?token=`: 0 an export waits, 1 runs, 2 is over, 3 unknown (a node remembers three). A node only. */
export interface TaskStatusRequest {
  /** What `export` answered. */
  readonly token: string;
}

export const taskStatus: CommandDefinition<TaskStatusRequest> = {
  name: 'task_status',
  reply: 'text',
  parameters: { token: 'required' },
  node: { path: '/hustdb/task_status', methods: ['GET'] },
};
