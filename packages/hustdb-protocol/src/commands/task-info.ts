import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/task_info`: how many exports wait (`undo`), run (`doning`, so spelt) and are over (`done`). A node only. */
export type TaskInfoRequest = Record<never, never>;

export const taskInfo: CommandDefinition<TaskInfoRequest> = {
  name: 'task_info',
  reply: 'text',
  parameters: {},
  node: { path: '/hustdb/task_info', methods: ['GET'] },
};
