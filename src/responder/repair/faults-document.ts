import { FAULT_CLASSES, FAULT_CLASS_NAMES, FAILURE_REASONS } from '../../catalog/catalog.ts';
import type { ExpectedEvidence, FaultClass } from '../../catalog/catalog.ts';
import type { RepairStep } from '../incidents/incidents.ts';
import { RUNBOOKS } from './suggest-steps.ts';

const FAULTS_DOCUMENT_PATH = 'docs/FAULTS.md';

const code = (text: string): string => `\`${text}\``;

/** docs/FAULTS.md: what each class of fault means, what it is seen by, and what to do about it. */
export function generateFaultsDocument(): { readonly path: string; readonly text: string } {
  const sections = [introduction(), ...FAULT_CLASS_NAMES.map(faultSection)];
  return { path: FAULTS_DOCUMENT_PATH, text: `${sections.join('\n\n')}\n` };
}

function introduction(): string {
  return [
    '# Faults',
    '<!-- Generated from src/catalog and src/responder/repair by `crmwatch generate`: edit those, not this file. -->',
    'The classes of fault that a [diagnosis](DIAGNOSIS.md) answers with. Several may hold at once. Beside them stand `no_fault`, for a false alarm, and `unknown`. What is expected is what a strong fault is usually seen by: a weak one shows less, and platforms differ in what they can tell.',
    'In commands `{target}` stands for the name of the CRM in the configuration. Nothing of this is executed by crmwatch.',
  ].join('\n\n');
}

function faultSection(name: FaultClass): string {
  const { title, description, area, evidence, distinction } = FAULT_CLASSES[name];
  const { title: repair, steps, avoid } = RUNBOOKS[name];
  return [
    `## ${name}`,
    `**${title}** (${area}): ${description}. ${distinction}`,
    evidenceTable(evidence),
    `**${repair}**`,
    steps.map((step, index) => `${index + 1}. ${stepText(step)}`).join('\n'),
    avoid.map((line) => `- ${line}`).join('\n'),
  ].join('\n\n');
}

function evidenceTable({ alerts, reasons, measurements }: ExpectedEvidence): string {
  const links = alerts.map((alert) => `[${alert}](runbooks/${alert}.md)`);
  const meanings = reasons.map((reason) => `${code(reason)} (${FAILURE_REASONS[reason]})`);
  return [
    '| Expected | |',
    '| --- | --- |',
    `| Alerts | ${links.join(', ') || 'none'} |`,
    `| Probes fail with | ${meanings.join(', ') || 'none fails'} |`,
    `| Measurements move | ${measurements.map(code).join(', ') || 'none'} |`,
  ].join('\n');
}

function stepText({ text, command, link }: RepairStep): string {
  const where = link === undefined ? '' : ` ([read on](${link.replace(/^docs\//, '')}))`;
  return `${text}${where}${command === undefined ? '' : `\n\n   ${code(command)}\n`}`;
}
