import type { FaultClass } from '../../../src/catalog/catalog.ts';

/** One way to break a target of the laboratory for real; gives what mends it. */
export type LabFault = {
  readonly id: string;
  readonly faultClass: FaultClass;
  break(strength: number): Promise<Mend>;
};

export type Mend = () => Promise<void>;

/** A CRM of the laboratory with everything that can go wrong with it by itself. */
export type LabCrm = {
  readonly name: string;
  readonly faults: readonly LabFault[];
  /** The file that an exporter for this CRM alone reads. */
  readonly configFile: string;
  /** One call as another client makes it. Rejects when the CRM does not answer. */
  call(): Promise<void>;
  /** Ends the connections of its clients. */
  dropConnections(): void;
  stop(): Promise<void>;
};
