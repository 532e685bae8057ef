import type { ApiBudgetFacts } from '../scheduler/scheduler.ts';
import type { Series } from './series.ts';

/** What is told of an API budget; without a known quota there is no allowance, and its series are absent. */
export function budgetToSeries(facts: ApiBudgetFacts): readonly Series[] {
  const { allowedCalls, remainingRatio, callsByProbe, shedByProbe } = facts;
  const series: Series[] = [];
  if (allowedCalls !== undefined) {
    series.push({ name: 'crm_api_budget_calls', labels: {}, value: allowedCalls });
  }
  if (remainingRatio !== undefined) {
    series.push({ name: 'crm_api_budget_remaining_ratio', labels: {}, value: remainingRatio });
  }
  for (const [probe, value] of callsByProbe) {
    series.push({ name: 'crm_probe_api_calls_total', labels: { probe }, value });
  }
  for (const [probe, value] of shedByProbe) {
    series.push({ name: 'crm_probe_runs_shed_total', labels: { probe }, value });
  }
  return series;
}
