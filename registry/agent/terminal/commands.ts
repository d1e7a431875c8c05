import { listCommand } from './list.ts';
import { showCommand, contextCommand, requestCommand, answersCommand } from './show.ts';
import { watchCommand } from './run-thread.ts';
import { approveCommand, denyCommand, editCommand, answerCommand } from './answer-commands.ts';
import { sayCommand, cancelCommand, resumeCommand } from './thread-commands.ts';
import type { Commands } from './types.ts';

/** The commands and flags of the terminal. Help and parsing read this table. */
export const commands: Commands = {
  list: listCommand,
  show: showCommand,
  'show-context': contextCommand,
  'show-request': requestCommand,
  'show-answers': answersCommand,
  watch: watchCommand,
  approve: approveCommand,
  deny: denyCommand,
  edit: editCommand,
  answer: answerCommand,
  say: sayCommand,
  cancel: cancelCommand,
  resume: resumeCommand,
};
