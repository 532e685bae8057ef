import type { Database } from '../../../store/store.ts';
import { compareModels } from '../../diagnosis/diagnosis.ts';
import type { JudgedPair, ModelComparison } from '../../diagnosis/diagnosis.ts';
import { readJudgements } from './judgement-records.ts';
import type { JudgementRecord } from './judgement-records.ts';
import { readLabels } from './label-records.ts';

/** The newest incidents that are looked at. */
const MOST_INCIDENTS = 5000;

/**
 * Holds a challenger against the champion on the incidents that both judged before anybody said what was right: a model that
 * answered before the label was given cannot have learnt it.
 */
export async function compareInShadow(
  database: Database,
  championId: string,
  challengerId: string,
): Promise<ModelComparison> {
  const champion = await readJudgements(database, championId, MOST_INCIDENTS);
  const challenger = await readJudgements(database, challengerId, MOST_INCIDENTS);
  const labels = await readLabels(database);
  const byIncident = new Map(challenger.map((judgement) => [judgement.incidentId, judgement]));
  const pairs = champion.flatMap((first): readonly JudgedPair[] => {
    const { incidentId } = first;
    const second = byIncident.get(incidentId);
    const known = labels.get(incidentId);
    if (second === undefined || known === undefined) return [];
    if (Math.max(first.atMs, second.atMs) > known.firstAtMs) return [];
    return [
      {
        incidentId,
        label: known.label.class,
        champion: probabilitiesOf(first),
        challenger: probabilitiesOf(second),
      },
    ];
  });
  return compareModels(pairs);
}

function probabilitiesOf(judgement: JudgementRecord): JudgedPair['champion'] {
  return 'problem' in judgement ? null : judgement.probabilities;
}
