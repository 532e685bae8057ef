import { createRuntime, createSecretPrograms, openModels, readModel } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import { describeModel } from '../../responder/diagnosis/diagnosis.ts';
import type { ModelAdministration } from '../../responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import {
  describeComparison,
  describeModelFile,
  describeModels,
  describePromotion,
} from '../model-text.ts';
import { parseOptions, requireOption } from '../options.ts';
import type { ParsedOptions } from '../options.ts';

const BY = 'command line';

function usage(message: string, remedy: string): CrmwatchError {
  return new CrmwatchError('usage', message, { remedy });
}

type Told = { readonly value: unknown; readonly lines: readonly string[]; readonly exit: ExitCode };

function told(value: unknown, lines: readonly string[], exit: ExitCode = 0): Told {
  return { value, lines, exit };
}

type Action =
  | { readonly needs: 'file'; run(file: string): Told }
  | {
      readonly needs: 'responder' | 'responder and file';
      run(models: ModelAdministration, options: ParsedOptions, file: string): Promise<Told>;
    };

function forceOf(options: ParsedOptions): string | undefined {
  const why = options.text('why') ?? '';
  if (!options.flag('force')) return undefined;
  if (why.trim() !== '') return why;
  throw usage('model promote --force needs --why', 'say why it is done all the same: --why TEXT');
}

const ACTIONS: Readonly<Record<string, Action>> = {
  show: {
    needs: 'file',
    run(file) {
      const model = describeModel(readModel(file, null));
      return told(model, describeModelFile(model));
    },
  },
  list: {
    needs: 'responder',
    async run(models) {
      const overview = await models.overview();
      return told(overview, describeModels(overview));
    },
  },
  challenge: {
    needs: 'responder and file',
    async run(models, options, file) {
      const model = readModel(file);
      await models.challenge(model, BY, options.text('why') ?? '');
      return told({ challenger: model.id }, [
        `${model.id} judges in the shadow of the champion from the next diagnosis on`,
      ]);
    },
  },
  compare: {
    needs: 'responder',
    async run(models) {
      const comparison = await models.compare();
      return told(comparison, describeComparison(comparison));
    },
  },
  promote: {
    needs: 'responder',
    async run(models, options) {
      const promotion = await models.promote(BY, forceOf(options));
      return told(promotion, describePromotion(promotion), promotion.isPromoted ? 0 : 1);
    },
  },
  rollback: {
    needs: 'responder',
    async run(models, options) {
      const done = await models.rollBack(BY, options.text('why') ?? '');
      return told(done, [`rolled back: ${done.champion} answers again, ${done.retired} does not`]);
    },
  },
};

async function perform(action: Action, options: ParsedOptions): Promise<Told> {
  const file = options.positionals[1] ?? '';
  if (action.needs === 'file') return action.run(file);
  const config = requireOption('model', options, 'config');
  const loaded = loadConfig(config, process.env, createSecretPrograms());
  const opened = await openModels(loaded, createRuntime('error'));
  try {
    return await action.run(opened.models, options, file);
  } finally {
    await opened.close();
  }
}

function actionOf(options: ParsedOptions): Action {
  const [name = '', file] = options.positionals;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  const wantsFile = action?.needs !== 'responder';
  if (action !== undefined && wantsFile === (file !== undefined)) return action;
  const use = Object.entries(ACTIONS).map(([word, { needs }]) =>
    needs === 'responder' ? word : `${word} FILE`,
  );
  throw usage(`model ${options.positionals.join(' ')} is no command`, `use: ${use.join(', ')}`);
}

function print(context: CommandContext, { value, lines }: Told, asJson: boolean): void {
  if (asJson) context.print(JSON.stringify(value, null, 2));
  else for (const line of lines) context.print(line);
}

export const modelCommand: Command = {
  name: 'model',
  summary: 'show a model; try one in the shadow, promote it and roll it back',
  help: `usage: crmwatch model show FILE
       crmwatch model list --config FILE
       crmwatch model challenge MODEL.json --config FILE [--why TEXT]
       crmwatch model compare --config FILE
       crmwatch model promote --config FILE [--force --why TEXT]
       crmwatch model rollback --config FILE [--why TEXT]

The champion answers. A challenger judges the same evidence in its shadow, and what it says is kept and compared. All but
"show" speak to the database of the responder, which may run meanwhile: its next diagnosis is made with the new roles. Every
change is kept with its time and why it was made.

  show       what is in a model file: recipe, calibration, figures, and the heaviest weights of each class
  list       the models that were added, which does what, and what happened
  challenge  lets a model judge in the shadow; the challenger before it ends
  compare    holds the challenger against the champion, on incidents that both judged before they were labelled
  promote    makes the challenger champion, if there are 30 such incidents, its log-loss is lower beyond chance (95 % interval
             of the paired bootstrap), no class is recognised less often by more than 5 points, and it never failed
  rollback   puts the champion before in the place of this one

  --config FILE  the configuration of the responder
  --why TEXT     kept with the change
  --force        promotes whatever speaks against it
  --json         the whole result as JSON

Exit codes: 0 done, 1 not promoted; 2 wrong usage; 3 the configuration has problems.`,
  async run(context): Promise<ExitCode> {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = parseOptions(
      'model',
      context.arguments,
      { config: text, why: text, force: flag, json: flag },
      { minimum: 1, maximum: 2 },
    );
    const result = await perform(actionOf(options), options);
    print(context, result, options.flag('json'));
    return result.exit;
  },
};
