import { certbot } from './certbot.js';
import type { Client } from './client.js';
import { dehydrated, dehydratedChain } from './dehydrated.js';
import { legoExec, legoExecRaw } from './lego.js';
import { uacme } from './uacme.js';

export const CLIENTS: readonly Client[] = [
  legoExec,
  legoExecRaw,
  certbot,
  dehydrated,
  dehydratedChain,
  uacme,
];
