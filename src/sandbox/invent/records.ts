/** The records of the sandbox CRM, with the column names that its API shows. Times are ISO 8601 in UTC. */
export type Account = {
  readonly id: number;
  readonly name: string;
  readonly industry: string;
  readonly country: string;
  readonly website: string;
  readonly owner_id: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type Contact = {
  readonly id: number;
  readonly account_id: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly country: string;
  readonly created_at: string;
  readonly updated_at: string;
};

export type Deal = {
  readonly id: number;
  readonly account_id: number;
  readonly owner_id: number;
  readonly name: string;
  readonly amount: number;
  readonly currency: string;
  readonly pipeline_stage: string;
  readonly close_date: string;
  readonly created_at: string;
  readonly updated_at: string;
};

export type User = {
  readonly id: number;
  readonly user_name: string;
  readonly role: 'admin' | 'manager' | 'agent';
  readonly active: number;
  readonly second_factor: number;
  readonly last_login_at: string | null;
};

export type Job = {
  readonly id: number;
  readonly name: string;
  readonly state: 'pending' | 'running' | 'done' | 'failed';
  readonly enqueued_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
};

export type Login = {
  readonly id: number;
  readonly user_id: number | null;
  readonly succeeded: number;
  readonly at: string;
};

/** An entry of the audit trail. */
export type AuditEvent = {
  readonly id: number;
  readonly kind: 'record_deleted' | 'permission_changed' | 'exported';
  readonly at: string;
};

/** Something that was sent to another system, or taken from one. */
export type Delivery = {
  readonly id: number;
  readonly kind: 'webhook' | 'import' | 'mail';
  readonly state: 'done' | 'failed';
  readonly at: string;
};

export type InventedData = {
  readonly accounts: readonly Account[];
  readonly contacts: readonly Contact[];
  readonly deals: readonly Deal[];
  readonly users: readonly User[];
  readonly jobs: readonly Job[];
  readonly logins: readonly Login[];
  readonly audit_events: readonly AuditEvent[];
  readonly deliveries: readonly Delivery[];
};
