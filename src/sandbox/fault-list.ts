import type { FaultClass } from '../catalog/catalog.ts';
import { FAULTS } from './faults/registry.ts';

export type SandboxFault = { readonly id: string; readonly faultClass: FaultClass };

/** Every fault with the class that the diagnosis should find: the labels of recorded episodes. */
export const SANDBOX_FAULTS: readonly SandboxFault[] = FAULTS.map(({ id, faultClass }) => ({
  id,
  faultClass,
}));
