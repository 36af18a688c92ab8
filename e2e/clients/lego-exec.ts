import type { Client } from './client.js';
import { hookCommand, program } from './launch.js';
import { launchLego, type Mode } from './lego.js';

/** lego, with a hook that it runs for every value. */
export const legoExec = kindOf('lego exec, default', '');
export const legoExecRaw = kindOf('lego exec, RAW', 'RAW');

function kindOf(title: string, mode: Mode): Client {
  return {
    title,
    commands: ['lego'],
    async start(order) {
      return launchLego(order, 'exec', {
        EXEC_PATH: program(order.folder, hookCommand('lego', order)),
        EXEC_MODE: mode,
        EXEC_SEQUENCE_INTERVAL: '0',
      });
    },
  };
}
