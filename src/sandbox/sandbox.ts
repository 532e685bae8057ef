/** The sandbox CRM that ships with the product: real server, invented customers, real and removable faults. */
export { createSandboxControl } from './control-client.ts';
export type { SandboxControl, SandboxControlOptions } from './control-client.ts';
export { createSandbox } from './create-sandbox.ts';
export type { Sandbox, SandboxAddresses, SandboxOptions } from './create-sandbox.ts';
export type { FaultState } from './fault-switch.ts';
export { SANDBOX_FAULTS } from './fault-list.ts';
export type { SandboxFault } from './fault-list.ts';
