import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';

const FIND_WRITER = step(
  'Find who wrote them: group the bad records by creator, source and hour of their last change.',
);
const AVOID_BLIND_FIX = 'Do not mend records by script before you have a backup of them.';

export const QUALITY_RUNBOOKS: Runbooks<
  | 'data_incomplete'
  | 'data_duplicated'
  | 'data_invalid'
  | 'data_stale'
  | 'data_orphaned'
  | 'data_loss'
> = {
  data_incomplete: {
    title: 'Fill the empty fields at their source',
    steps: [
      FIND_WRITER,
      step('Stop the import or form that leaves the field empty.'),
      step('Make the field mandatory in {target} if the business needs it.'),
      step('Fill the gaps from the source system, not by guessing.'),
    ],
    avoid: [
      'Do not fill in placeholders: they pass the check and deceive everybody.',
      AVOID_BLIND_FIX,
    ],
  },
  data_duplicated: {
    title: 'Stop and merge duplicates',
    steps: [
      FIND_WRITER,
      step('Look for an import that ran twice or lost the key it should match on.'),
      step('Switch on the duplicate rules of {target} for this object.'),
      step('Merge with the tool of the CRM, so that references follow.'),
    ],
    avoid: ['Do not delete the newer record: contacts and deals may hang on it.', AVOID_BLIND_FIX],
  },
  data_invalid: {
    title: 'Correct values that cannot be right',
    steps: [
      FIND_WRITER,
      step('Look for a changed format: shifted columns, a lost leading zero, another encoding.'),
      step('Validate the field on entry in {target}.'),
      step('Import the right values again from the source.'),
    ],
    avoid: [AVOID_BLIND_FIX],
  },
  data_stale: {
    title: 'Get the synchronisation going again',
    steps: [
      step('Find the newest change of the object: when it stopped tells what stopped.'),
      step('Check the last run and the log of the synchronisation that feeds it.'),
      step('Check credentials and API allowance of that integration.'),
      step('Start it again and watch that it catches up.'),
    ],
    avoid: ['Do not touch records to make them look fresh.'],
  },
  data_orphaned: {
    title: 'Reconnect records that refer to nothing',
    steps: [
      step('See which reference leads nowhere, and since when.'),
      step('Look for a deletion or merge of the records that are referred to.'),
      step('Restore them from the recycle bin of {target} or from a backup.'),
      step('Otherwise attach the orphans to the record that took their place.'),
    ],
    avoid: ['Do not delete the orphans: they are often all that is left.', AVOID_BLIND_FIX],
  },
  data_loss: {
    title: 'Bring back lost records',
    steps: [
      step('Stop every job that deletes, merges or archives in {target}, now.'),
      step('Find in the audit log who deleted, and whether a filter or right only hides them.'),
      step('Restore from the recycle bin of the CRM before it is emptied.'),
      step('Otherwise restore from backup into a copy and move the missing records over.'),
    ],
    avoid: ['Do not restore a whole backup over the live data: it undoes all work since.'],
  },
};
