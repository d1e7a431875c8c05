import type { Commands } from '../../../registry/agent/terminal/types.ts';
import { commands } from '../../../registry/agent/terminal/commands.ts';
import { forkCommand, liftCommand } from '../../../registry/agent/terminal/fork.ts';
import { pictureCommand } from '../../../registry/agent/terminal/picture.ts';
import { remoteFlag } from '../../../registry/agent/terminal/remote-flag.ts';
import {
  exportCommand,
  importCommand,
  importFromCommand,
} from '../../../registry/agent/terminal/transfer.ts';

/** The commands of a terminal with all components. */
export const allCommands: Commands = {
  ...commands,
  fork: forkCommand,
  lift: liftCommand,
  'show-svg': pictureCommand,
  export: exportCommand,
  import: importCommand,
  'import-from': importFromCommand,
  url: remoteFlag,
};
