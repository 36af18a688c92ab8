import { acmeClient } from './acme-client.js';
import { certbot } from './certbot.js';
import type { Client } from './client.js';
import { dehydrated, dehydratedChain } from './dehydrated.js';
import { legoExec, legoExecRaw } from './lego-exec.js';
import { legoHttpreq, legoHttpreqRaw } from './lego-httpreq.js';
import { uacme } from './uacme.js';

export const CLIENTS: readonly Client[] = [
  acmeClient,
  legoExec,
  legoExecRaw,
  legoHttpreq,
  legoHttpreqRaw,
  certbot,
  dehydrated,
  dehydratedChain,
  uacme,
];
