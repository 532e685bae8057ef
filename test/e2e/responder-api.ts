import type { IncidentDetailView, IncidentSummaryView } from '../../src/console/console.ts';

/** The responder's JSON API as a program of the user's would call it. */
export type ResponderApi = {
  /** All of a target, open or not. */
  incidentsOf(target: string): Promise<readonly IncidentSummaryView[]>;
  allIncidents(): Promise<readonly IncidentSummaryView[]>;
  incident(id: string): Promise<IncidentDetailView>;
  acknowledge(id: string): Promise<void>;
  close(id: string, note: string): Promise<void>;
  /** Markdown. */
  review(id: string): Promise<string>;
  /** Delivers alerts as Alertmanager would, with its token. */
  deliver(payload: object): Promise<number>;
};

type Tokens = { readonly console: string; readonly intake: string };
type Request = {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};
type Page = { readonly incidents: readonly IncidentSummaryView[] };

export function createResponderApi(url: string, tokens: Tokens): ResponderApi {
  async function ask(path: string, init: Request = {}): Promise<string> {
    const { headers: more = {}, ...rest } = init;
    const headers = { authorization: `Bearer ${tokens.console}`, ...more };
    const answer = await fetch(`${url}${path}`, { ...rest, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 500)}`);
    return text;
  }

  async function get<T>(path: string): Promise<T> {
    return JSON.parse(await ask(path)) as T;
  }

  async function post(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  const place = (id: string): string => `/api/v1/incidents/${id}`;
  return {
    incidentsOf: async (target) =>
      (await get<Page>(`/api/v1/incidents?state=all&target=${target}`)).incidents,
    allIncidents: async () => (await get<Page>('/api/v1/incidents?state=all&limit=200')).incidents,
    incident: (id) => get<IncidentDetailView>(place(id)),
    acknowledge: (id) => post(`${place(id)}/acknowledge`, {}),
    close: (id, note) => post(`${place(id)}/close`, { text: note }),
    review: (id) => ask(`/incidents/${id}/review.md`),
    async deliver(payload) {
      const answer = await fetch(`${url}/api/v1/alerts/alertmanager`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens.intake}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(payload),
      });
      return answer.status;
    },
  };
}
