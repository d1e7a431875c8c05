import { add } from './add.ts';
import { create } from './create.ts';
import { diff } from './diff.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { status } from './status.ts';
import { undo } from './undo.ts';
import { update } from './update.ts';
import { view } from './view.ts';

/** The commands that share most of their code. One module loads faster than many small ones. */
export const commands = { add, create, diff, list, remove, status, undo, update, view };
