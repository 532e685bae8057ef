/** The sandbox CRM that ships with the product: real server, invented customers, real and removable faults. */
export { createSandboxControl } from './control-client.ts';
export type { SandboxControl, SandboxControlOptions } from './control-client.ts';
export { createSandbox } from './create-sandbox.ts';
export type { Sandbox, SandboxAddresses, SandboxOptions } from './create-sandbox.ts';
export type { FaultState } from './fault-switch.ts';
export { SANDBOX_FAULTS } from './fault-list.ts';
export type { SandboxFault } from './fault-list.ts';
// What stands in front of the sandbox, for any other CRM.
export { makeCertificates } from './front/certificates.ts';
export { createFaultProxy } from './front/fault-proxy.ts';
export type { FaultProxy } from './front/fault-proxy.ts';
export { createFront } from './front/front.ts';
export type { RunningFront } from './front/front.ts';
export { FRONT_FAULTS } from './faults/registry.ts';
