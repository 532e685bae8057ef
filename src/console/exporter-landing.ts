import { FAILURE_REASONS } from '../catalog/catalog.ts';
import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { page } from './layout.ts';
import type { LastReloadView, ProbeStatusView, TargetStatusView } from './views.ts';
import { relativeTime } from './wording.ts';

export type ExporterLandingView = {
  readonly version: string;
  readonly nowMs: number;
  readonly notReady: string | null;
  readonly targets: readonly TargetStatusView[];
  readonly telemetryPath: string;
  readonly lastReload: LastReloadView;
};

const STATE_BADGES: Readonly<Record<ProbeStatusView['state'], Html>> = {
  passed: html`<span class="badge good"><span aria-hidden="true">✓</span> Passed</span>`,
  failed_soft: html`<span class="badge warning"
    ><span aria-hidden="true">!</span> Failed, retrying</span
  >`,
  failed_hard: html`<span class="badge critical"><span aria-hidden="true">✕</span> Failed</span>`,
  pending: html`<span class="badge neutral">Not run yet</span>`,
  unsupported: html`<span class="badge neutral">Not supported</span>`,
};

function reasonText(reason: string | null): string {
  if (reason === null) return '';
  const meaning: Readonly<Record<string, string>> = FAILURE_REASONS;
  return Object.hasOwn(meaning, reason) ? `${reason}: ${meaning[reason] ?? ''}` : reason;
}

function targetRows(target: TargetStatusView, nowMs: number): readonly Html[] {
  return target.probes.map((probe, index) => {
    const query = new URLSearchParams({
      target: target.target,
      module: probe.probe,
      debug: 'true',
    });
    const took =
      probe.durationSeconds === null ? '' : `${(probe.durationSeconds * 1000).toFixed(0)} ms`;
    const name =
      index > 0
        ? null
        : html`<th scope="rowgroup" rowspan="${target.probes.length}">
            ${target.target}<span class="block muted">${target.platform}</span>
          </th>`;
    return html`<tr>
      ${name}
      <td>
        ${
          probe.state === 'unsupported'
            ? probe.probe
            : html`<a href="/probe?${query.toString()}">${probe.probe}</a>`
        }
      </td>
      <td>
        ${STATE_BADGES[probe.state]}<span class="block muted">${reasonText(probe.reason)}</span>
      </td>
      <td>${probe.lastRunAtMs === null ? '' : relativeTime(probe.lastRunAtMs, nowMs)}</td>
      <td class="number">${took}</td>
    </tr>`;
  });
}

/** The first page of the exporter: what this is, where things are, and how every probe fares. */
export function exporterLandingPage(view: ExporterLandingView): string {
  const body = html`<div class="head"><h1>CRM exporter</h1></div>
    <p class="lead">
      Probes CRM platforms for health, security and data quality, and exposes the results to
      Prometheus.
    </p>
    ${
      view.notReady === null
        ? null
        : html`<p class="banner warning"><strong>Not ready yet:</strong> ${view.notReady}</p>`
    }
    ${
      view.lastReload.failure === null
        ? null
        : html`<p class="banner warning">
            <strong>The last reload failed; the old configuration is in force:</strong>
            ${view.lastReload.failure}
          </p>`
    }
    <ul class="links">
      <li>
        <a href="${view.telemetryPath}">${view.telemetryPath}</a> all results and figures about the
        exporter itself
      </li>
      <li>
        <code>/probe?target=…&amp;module=…&amp;debug=true</code> modules of one target, now, with
        log
      </li>
      <li><a href="/sd">/sd</a> what Prometheus is to scrape (HTTP service discovery)</li>
      <li>
        <a href="/history">/history</a> the last runs with their logs; failed ones stay longer
      </li>
      <li><a href="/config">/config</a> the configuration in force, without secrets</li>
      <li><a href="/-/healthy">/-/healthy</a> and <a href="/-/ready">/-/ready</a></li>
    </ul>
    <section class="card" aria-labelledby="targets-title">
      <h2 id="targets-title">Targets</h2>
      ${
        view.targets.length === 0
          ? html`<p>No target is configured. Add one under <code>targets</code> and reload.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Table of targets">
              <table class="plain targets">
                <thead>
                  <tr>
                    ${['Target', 'Module', 'State', 'Last run', 'Took'].map((name) => html`<th scope="col">${name}</th>`)}
                  </tr>
                </thead>
                ${view.targets.map(
                  (target) =>
                    html`<tbody>
                      ${targetRows(target, view.nowMs)}
                    </tbody>`,
                )}
              </table>
            </div>`
      }
    </section>
    <p class="muted small">
      Version ${view.version}.
      ${
        view.lastReload.atMs === null
          ? 'The configuration was not reloaded since the start.'
          : html`Last reload: ${relativeTime(view.lastReload.atMs, view.nowMs)}.`
      }
      Reload the page to see newer states.
    </p>`;
  return page({ title: 'CRM exporter' }, null, body);
}
