import { unknown } from '../../../std/std.ts';
import { measureQuality, qualityChecksDecoder } from '../../quality/quality.ts';
import type { QualityChecks } from '../../quality/quality.ts';
import type { ProbeKind } from '../probe.ts';
import { createResult } from '../result.ts';

/** All data-quality checks of a target in one run, with as few requests as they allow. */
export const dataQuality: ProbeKind<QualityChecks> = {
  id: 'data_quality',
  options: qualityChecksDecoder,
  isSupported: (connector) => connector.aggregate !== undefined || connector.scan !== undefined,
  async run({ connector, clock, timeoutMs, signal }, checks) {
    const result = createResult();
    if (Object.keys(checks.objects).length === 0) {
      result.add('crm_records', {}, unknown('not_configured', 'no object has checks'));
      return result.succeed();
    }
    const report = await measureQuality(checks, { connector, clock, timeoutMs, signal });
    for (const { metric, labels, value } of report.measured) result.add(metric, labels, value);
    return report.failure === undefined ? result.succeed() : result.fail(report.failure);
  },
};
