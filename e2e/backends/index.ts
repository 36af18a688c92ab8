import type { BackendKind } from './backend.js';
import { bind } from './bind.js';
import { alidns, huaweicloud } from './simulated.js';

export const BACKENDS: readonly BackendKind[] = [huaweicloud, alidns, bind];
