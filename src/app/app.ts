import type { LoadedConfig } from '../config/config.ts';
import type { Evidence } from '../responder/evidence/evidence.ts';
import type { JournalReport, VerifyOptions } from '../responder/incidents/incidents.ts';
import type { ErasureOptions, ErasureReport } from './erase.ts';
import type { ExportedLabels } from './labels.ts';
import type { Dependencies } from './exporter.ts';
import type { OpenModels } from './model-administration.ts';
import type { OpenTokens } from './token-administration.ts';
import type { Demonstration, DemonstrationOptions } from './demonstration.ts';
import type { BackupWords } from './backup.ts';
import type { CaptureOptions } from './capture-evidence.ts';
import type { Clock } from '../std/std.ts';
import type { FirstLookOptions } from './first-look.ts';
import type { FirstLook } from './looks.ts';
import type { BackupFacts, RestoreFacts } from '../store/store.ts';

export { createDiagnose, readModel } from './diagnosis.ts';
export type { Demonstration, DemonstrationOptions } from './demonstration.ts';
export { DEFAULT_MODEL_FILE } from './default-model.ts';
export { readVersion } from './repository.ts';
export { createRuntime, probeOnce, startAll, startExporter, startResponder } from './run.ts';
export type { ExporterRunOptions } from './exporter-run-options.ts';
export type { Running, RunningAll, RunningResponder } from './run.ts';
export { findSandbox } from './sandbox-file.ts';
export type { ErasureOptions, ErasureReport } from './erase.ts';
export type { OpenTokens } from './token-administration.ts';
export { isDecisive, judgeLook } from './looks.ts';
export type { FirstLook, ObjectLook, ProbeLook, Verdict } from './looks.ts';
export { proposeTarget } from './proposed-target.ts';
export type { ProposedTarget } from './proposed-target.ts';
export { createSecretPrograms } from './secret-programs.ts';

// What only some commands need is loaded by them alone: the sandbox, the dashboards and their libraries cost a
// third of the time in which an exporter starts.

export async function startDemonstration(options: DemonstrationOptions): Promise<Demonstration> {
  return (await import('./demonstration.ts')).startDemonstration(options);
}

export async function captureEvidence(options: CaptureOptions, clock: Clock): Promise<Evidence> {
  return (await import('./capture-evidence.ts')).captureEvidence(options, clock);
}

export async function verifyResponderJournal(
  loaded: LoadedConfig,
  options: VerifyOptions,
): Promise<JournalReport> {
  return (await import('./journal.ts')).verifyResponderJournal(loaded, options);
}

export async function reviewFromJournal(loaded: LoadedConfig, id: string): Promise<string> {
  return (await import('./journal.ts')).reviewFromJournal(loaded, id);
}

export async function eraseFromResponder(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  options: ErasureOptions,
): Promise<ErasureReport> {
  return (await import('./erase.ts')).eraseFromResponder(loaded, dependencies, options);
}

export async function exportLabels(loaded: LoadedConfig, clock: Clock): Promise<ExportedLabels> {
  return (await import('./labels.ts')).exportLabels(loaded, clock);
}

export async function openModels(
  loaded: LoadedConfig,
  dependencies: Pick<Dependencies, 'clock'>,
): Promise<OpenModels> {
  return (await import('./model-administration.ts')).openModels(loaded, dependencies);
}

export async function openTokens(
  loaded: LoadedConfig,
  dependencies: Dependencies,
): Promise<OpenTokens> {
  return (await import('./token-administration.ts')).openTokens(loaded, dependencies);
}

export async function takeFirstLook(
  loaded: LoadedConfig,
  dependencies: Dependencies,
  options: FirstLookOptions,
): Promise<FirstLook> {
  return (await import('./first-look.ts')).takeFirstLook(loaded, dependencies, options);
}

export async function writeGenerated(): Promise<readonly string[]> {
  return (await import('./generated.ts')).writeGenerated();
}

export async function checkGenerated(): Promise<readonly string[]> {
  return (await import('./generated.ts')).checkGenerated();
}

export async function backUp(loaded: LoadedConfig, words: BackupWords): Promise<BackupFacts> {
  return (await import('./backup.ts')).backUp(loaded, words);
}

export async function restore(
  loaded: LoadedConfig,
  words: BackupWords & { readonly overwrite: boolean },
): Promise<RestoreFacts> {
  return (await import('./backup.ts')).restore(loaded, words);
}
