import { step } from './runbook.ts';
import type { Runbooks } from './runbook.ts';

const AVOID_BLIND_FIX = 'Do not mend records by script before you have a backup of them.';

export const QUALITY_RUNBOOKS: Runbooks<'data_quality_import' | 'data_decay'> = {
  data_quality_import: {
    title: 'Stop and undo what writes bad records',
    steps: [
      step(
        'Find who wrote them: group the bad records by creator, source and hour of their last change.',
      ),
      step('Stop that import or form.'),
      step('Empty or impossible fields: look for shifted columns or a changed format or encoding.'),
      step('Duplicates: look for an import that ran twice or lost the key it should match on.'),
      step('Make the field mandatory, validate it, or switch on the duplicate rules of {target}.'),
      step('Import the right values again from the source; merge duplicates with the CRM itself.'),
    ],
    avoid: [
      'Do not fill in placeholders: they pass the check and deceive everybody.',
      'Do not delete the newer record: contacts and deals may hang on it.',
      AVOID_BLIND_FIX,
    ],
  },
  data_decay: {
    title: 'Bring back what was lost, and look after what is old',
    steps: [
      step(
        'Records are missing: stop every job that deletes, merges or archives in {target}, now.',
      ),
      step('Find in the audit log who deleted, and whether a filter or right only hides them.'),
      step('Restore from the recycle bin of the CRM, or from a backup into a copy.'),
      step('References lead nowhere: restore what they refer to, or attach them to its successor.'),
      step('Records are old: see who should keep them up to date, and whether that stopped.'),
    ],
    avoid: [
      'Do not restore a whole backup over the live data: it undoes all work since.',
      'Do not delete orphans: they are often all that is left.',
      'Do not touch records to make them look fresh.',
      AVOID_BLIND_FIX,
    ],
  },
};
