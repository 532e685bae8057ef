import type { Organization } from './salesforce-server.ts';

const SINCE = '2026-01-05T08:30:00.000+0000';
const EARLIER = '2025-12-01T08:30:00.000+0000';

/** 18 characters, the last three of which only make case count. */
export function idOf(prefix: string, number: number): string {
  return `${prefix}${String(number).padStart(12, '0')}AAA`;
}

const HAS_NOTHING = {
  HasBuiltInAuthenticator: false,
  HasSalesforceAuthenticator: false,
  HasSecurityKey: false,
  HasTotp: false,
  HasU2F: false,
};

const ADMINISTRATORS = { PermissionsModifyAllData: true };
const OTHERS = { PermissionsModifyAllData: false };

/** A healthy organization, in which the monitoring user has its permission set. */
export const ORGANIZATION: Organization = {
  versions: ['61.0', '62.0', '63.0'],
  // Source: REST API Developer Guide, "List Organization Limits".
  limits: {
    DailyApiRequests: { Max: 15000, Remaining: 14000, 'Ant Migration Tool': { Max: 0, Remaining: 0 } },
    DataStorageMB: { Max: 1024, Remaining: 1000 },
    HourlyODataCallout: { Max: 0, Remaining: 0 },
  },
  grants: (form) =>
    form.get('client_secret') === 's3cret' && ['key', 'security-key'].includes(form.get('client_id') ?? ''),
  // Source: Bulk API 2.0 Developer Guide, "Get Information About All Ingest Jobs".
  bulkJobs: [
    { id: '750R0000000zlh1IAA', operation: 'insert', object: 'Account', state: 'Failed', createdDate: EARLIER, systemModstamp: SINCE, jobType: 'V2Ingest' },
    { id: '750R0000000zlh2IAA', operation: 'insert', object: 'Account', state: 'Failed', createdDate: EARLIER, systemModstamp: EARLIER, jobType: 'V2Ingest' },
    { id: '750R0000000zlh3IAA', operation: 'update', object: 'Account', state: 'JobComplete', createdDate: EARLIER, systemModstamp: SINCE, jobType: 'V2Ingest' },
    { id: '750R0000000zlh4IAA', operation: 'update', object: 'Account', state: 'Aborted', createdDate: EARLIER, systemModstamp: SINCE, jobType: 'Classic' },
    { id: '750R0000000zlh5IAA', operation: 'query', object: 'Account', state: 'Failed', createdDate: EARLIER, systemModstamp: SINCE, jobType: 'Classic' },
  ],
  tables: {
    Contact: [
      { Id: idOf('003', 1), Email: 'a@example.com', Phone: null, AccountId: null, Description: 'x', LastModifiedDate: SINCE },
      { Id: idOf('003', 2), Email: null, Phone: '+49 30 1', AccountId: null, Description: null, LastModifiedDate: EARLIER },
      { Id: idOf('003', 3), Email: 'c@example.com', Phone: '+49 30 1', AccountId: null, Description: null, LastModifiedDate: EARLIER },
    ],
    Account: [],
    Opportunity: [
      { Id: idOf('006', 1), CloseDate: '2025-06-01' },
      { Id: idOf('006', 2), CloseDate: '2025-06-02' },
      { Id: idOf('006', 3), CloseDate: null },
    ],
    Lead: Array.from({ length: 7 }, (_, index) => ({ Id: idOf('00Q', index), Email: null })),
    AsyncApexJob: [
      { Id: '1', JobType: 'BatchApex', Status: 'Holding', CreatedDate: '2026-01-05T08:00:00.000+0000', NumberOfErrors: 0, CompletedDate: null },
      { Id: '2', JobType: 'Queueable', Status: 'Queued', CreatedDate: SINCE, NumberOfErrors: 0, CompletedDate: null },
      { Id: '3', JobType: 'ScheduledApex', Status: 'Queued', CreatedDate: EARLIER, NumberOfErrors: 0, CompletedDate: null },
      { Id: '4', JobType: 'BatchApex', Status: 'Processing', CreatedDate: SINCE, NumberOfErrors: 0, CompletedDate: null },
      { Id: '5', JobType: 'BatchApexWorker', Status: 'Processing', CreatedDate: SINCE, NumberOfErrors: 0, CompletedDate: null },
      { Id: '6', JobType: 'Future', Status: 'Failed', CreatedDate: EARLIER, NumberOfErrors: 0, CompletedDate: SINCE },
      { Id: '7', JobType: 'Future', Status: 'Failed', CreatedDate: SINCE, NumberOfErrors: 0, CompletedDate: null },
      { Id: '8', JobType: 'Future', Status: 'Failed', CreatedDate: EARLIER, NumberOfErrors: 0, CompletedDate: EARLIER },
      { Id: '9', JobType: 'Future', Status: 'Completed', CreatedDate: SINCE, NumberOfErrors: 0, CompletedDate: SINCE },
      { Id: '10', JobType: 'BatchApex', Status: 'Completed', CreatedDate: SINCE, NumberOfErrors: 4, CompletedDate: SINCE },
      { Id: '12', JobType: 'ScheduledApex', Status: 'Failed', CreatedDate: EARLIER, NumberOfErrors: 0, CompletedDate: SINCE },
      { Id: '11', JobType: 'BatchApex', Status: 'Completed', CreatedDate: EARLIER, NumberOfErrors: 4, CompletedDate: EARLIER },
    ],
    CronTrigger: [
      { Id: '1', State: 'WAITING' },
      { Id: '2', State: 'ERROR' },
      { Id: '3', State: 'BLOCKED' },
      { Id: '4', State: 'PAUSED' },
      { Id: '5', State: 'COMPLETE' },
    ],
    UserLicense: [
      { LicenseDefinitionKey: 'SFDC', Status: 'Active', TotalLicenses: 20, UsedLicenses: 12 },
      { LicenseDefinitionKey: 'AUL', Status: 'Active', TotalLicenses: 0, UsedLicenses: 0 },
      { LicenseDefinitionKey: 'PID_FDC_FREE', Status: 'Disabled', TotalLicenses: 5, UsedLicenses: 0 },
    ],
    UserPermissionAccess: [
      { PermissionsManageUsers: false, PermissionsMonitorLoginHistory: true, PermissionsViewAllUsers: true, PermissionsViewSetup: true, PermissionsCustomizeApplication: true, PermissionsManageDataIntegrations: true },
    ],
    SetupAuditTrail: [
      { Id: '1', Action: 'PermSetAssign', Display: 'x', CreatedDate: SINCE },
      { Id: '2', Action: 'changedprofileforusercusttostd', Display: 'x', CreatedDate: SINCE },
      { Id: '3', Action: 'groupMembership', Display: 'x', CreatedDate: SINCE },
      { Id: '4', Action: 'profilePageLayoutChangedCustom', Display: 'x', CreatedDate: SINCE },
      { Id: '5', Action: 'PermissionSetGroupCalculationStarted', Display: 'x', CreatedDate: SINCE },
      { Id: '6', Action: 'changedpassword', Display: 'x', CreatedDate: SINCE },
      { Id: '7', Action: 'PermSetAssign', Display: 'x', CreatedDate: EARLIER },
    ],
    ReportEventLog: [
      { Id: '1', Origin: 'ReportExported', Timestamp: SINCE },
      { Id: '2', Origin: 'ReportExportedAsynchronously', Timestamp: SINCE },
      { Id: '3', Origin: 'ReportRunFromLightning', Timestamp: SINCE },
      { Id: '4', Origin: 'ReportExported', Timestamp: EARLIER },
    ],
    OauthToken: [
      { Id: null, AppName: 'x', CreatedDate: SINCE },
      { Id: null, AppName: 'x', CreatedDate: EARLIER },
    ],
    LoginHistory: [
      { Id: '1', Status: 'Success', LoginTime: SINCE },
      { Id: '2', Status: 'Invalid Password', LoginTime: SINCE },
      { Id: '3', Status: 'Invalid Password', LoginTime: SINCE },
      { Id: '4', Status: 'User is Inactive', LoginTime: SINCE },
      { Id: '5', Status: 'Invalid Password', LoginTime: EARLIER },
    ],
    User: [
      { Id: idOf('005', 1), IsActive: true, UserType: 'Standard', LastLoginDate: '2126-01-05T08:30:00.000+0000' },
      { Id: idOf('005', 2), IsActive: true, UserType: 'Standard', LastLoginDate: null },
      { Id: idOf('005', 3), IsActive: false, UserType: 'Standard', LastLoginDate: EARLIER },
      { Id: idOf('005', 4), IsActive: true, UserType: 'CspLitePortal', LastLoginDate: EARLIER },
    ],
    UserLogin: [
      { Id: idOf('0Yw', 1), UserId: idOf('005', 1), IsPasswordLocked: false, IsFrozen: false },
      { Id: idOf('0Yw', 2), UserId: idOf('005', 2), IsPasswordLocked: true, IsFrozen: false },
      { Id: idOf('0Yw', 3), UserId: idOf('005', 3), IsPasswordLocked: false, IsFrozen: true },
      { Id: idOf('0Yw', 4), UserId: idOf('005', 4), IsPasswordLocked: false, IsFrozen: true },
    ],
    PermissionSetAssignment: [
      { AssigneeId: idOf('005', 1), Assignee: { IsActive: true, UserType: 'Standard' }, PermissionSet: ADMINISTRATORS },
      { AssigneeId: idOf('005', 1), Assignee: { IsActive: true, UserType: 'Standard' }, PermissionSet: ADMINISTRATORS },
      { AssigneeId: idOf('005', 2), Assignee: { IsActive: true, UserType: 'Standard' }, PermissionSet: OTHERS },
      { AssigneeId: idOf('005', 3), Assignee: { IsActive: false, UserType: 'Standard' }, PermissionSet: ADMINISTRATORS },
    ],
    TwoFactorMethodsInfo: [
      { UserId: idOf('005', 1), ...HAS_NOTHING },
      { UserId: idOf('005', 2), ...HAS_NOTHING, HasTotp: true, HasSecurityKey: true },
      { UserId: idOf('005', 3), ...HAS_NOTHING, HasTotp: true },
    ],
  },
}; // prettier-ignore
