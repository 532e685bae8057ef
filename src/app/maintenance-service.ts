import type { MaintenanceDetailView, MaintenanceWindowView } from '../console/console.ts';
import type { ListedWindow } from '../responder/incidents/incidents.ts';
import type { Maintenance, WindowAnswer } from '../responder/pipeline/pipeline.ts';
import type { MaintenanceService, WindowOutcome } from '../web/web.ts';

function toView({ window, incidents }: Omit<ListedWindow, 'number'>): MaintenanceWindowView {
  const { scope, schedule, ...rest } = window;
  return { ...rest, ...scope, isScheduled: schedule !== null, incidents };
}

/** What web needs of maintenance, made of that of the pipeline. */
export function createMaintenanceService(maintenance: Maintenance): MaintenanceService {
  async function get(id: string): Promise<MaintenanceDetailView | null> {
    const found = await maintenance.get(id);
    if (found === null) return null;
    const journal = found.journal.map(({ line: text, ...entry }) => ({ ...entry, text }));
    return { ...toView(found), journal };
  }

  async function toOutcome(answer: WindowAnswer): Promise<WindowOutcome> {
    if (answer.status !== 'done') return answer;
    const { window, isReplayed } = answer;
    const found = await maintenance.get(window.id);
    const view = toView({ window, incidents: found?.incidents ?? 0 });
    return { status: 'done', window: view, ...(isReplayed === undefined ? {} : { isReplayed }) };
  }

  return {
    async list({ state, before, limit }) {
      const found = await maintenance.list({
        limit: limit + 1,
        ...(state === 'all' ? {} : { isOpen: state === 'open' }),
        ...(before === undefined ? {} : { beforeNumber: before }),
      });
      const page = found.slice(0, limit);
      const nextBefore = found.length > limit ? (page.at(-1)?.number ?? null) : null;
      return { windows: page.map(toView), nextBefore };
    },
    get,
    create: async ({ targets, labels, ...request }, actor, options) =>
      toOutcome(
        await maintenance.create({ ...request, scope: { targets, labels } }, actor, options),
      ),
    move: async (id, change, actor, options) =>
      toOutcome(await maintenance.move(id, change, actor, options)),
    end: async (id, why, actor, options) =>
      toOutcome(await maintenance.end(id, why, actor, options)),
  };
}
