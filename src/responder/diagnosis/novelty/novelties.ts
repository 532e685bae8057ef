export { leaveClassesOut } from './leave-class-out.ts';
export type { LeaveClassOutOptions, LeftOutClass, UnknownPoint } from './leave-class-out.ts';
