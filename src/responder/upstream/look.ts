import type { HttpClient } from '../../http/http.ts';
import { askAlertmanager } from './alertmanager.ts';
import type { Server } from './ask.ts';
import { askPrometheus } from './prometheus.ts';
import type { UpstreamView } from './upstream-view.ts';

export type AlertmanagerServer = Server & {
  /** For people and metrics. */
  readonly name: string;
  readonly source: string;
  readonly receiver: string;
};

export type UpstreamOptions = {
  readonly alertmanagers: readonly AlertmanagerServer[];
  readonly prometheus: Server;
  readonly http: HttpClient;
  /** Of each question; all are asked at once. */
  readonly timeoutMs: number;
};

export type Upstream = {
  /** The names of the Alertmanagers, and the sources that they are. */
  readonly alertmanagers: readonly { readonly name: string; readonly source: string }[];
  /** Asks all of them now. Never throws, and always ends by its deadline. */
  look(): Promise<UpstreamView>;
};

/** Whom the responder asks about what deliveries may have missed. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { alertmanagers, prometheus } = options;
  return {
    alertmanagers: alertmanagers.map(({ name, source }) => ({ name, source })),
    async look() {
      const [facts, ...answers] = await Promise.all([
        askPrometheus(prometheus, options),
        ...alertmanagers.map(async ({ name, source, receiver, ...server }) => ({
          name,
          source,
          receiver,
          answer: await askAlertmanager(server, options),
        })),
      ]);
      return { alertmanagers: answers, prometheus: facts };
    },
  };
}
