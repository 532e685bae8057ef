import { unreachable } from '../std/std.ts';
import type { Refusal } from './failures.ts';
import {
  decodeAnswer,
  decodeMerge,
  decodeReason,
  decodeSplit,
  decodeText,
  problemsText,
  remediesText,
} from './incident-requests.ts';
import type { Decoded } from './incident-requests.ts';
import type { ActionOutcome, Awaitable, ResponderService } from './services.ts';

/** What a person can do to an incident by a form; the last part of its address. */
export const INCIDENT_ACTIONS = [
  'acknowledge',
  'comment',
  'diagnosis',
  'close',
  'merge',
  'merge/undo',
  'split',
  'split/undo',
] as const;
export type IncidentAction = (typeof INCIDENT_ACTIONS)[number];

export const UNKNOWN_INCIDENT: Refusal = {
  status: 404,
  title: 'No such incident',
  message: 'There is no incident with this id.',
  remedy: 'Look for it in the list of all incidents.',
};

function undecodable(result: Extract<Decoded<unknown>, { ok: false }>): Refusal {
  return {
    status: 400,
    title: 'Not understood',
    message: problemsText(result.problems),
    remedy: remediesText(result.problems),
  };
}

async function withDecoded<T>(
  decoded: Decoded<T>,
  act: (value: T) => Awaitable<ActionOutcome>,
): Promise<ActionOutcome | Refusal> {
  return decoded.ok ? await act(decoded.value) : undecodable(decoded);
}

function perform(
  service: ResponderService,
  action: IncidentAction,
  id: string,
  actor: string,
  body: unknown,
): Awaitable<ActionOutcome | Refusal> {
  switch (action) {
    case 'acknowledge':
      return service.acknowledge(id, actor);
    case 'comment':
      return withDecoded(decodeText(body, true), (text) => service.comment(id, actor, text));
    case 'diagnosis':
      return withDecoded(decodeAnswer(body), (answer) =>
        service.correctDiagnosis(id, actor, answer),
      );
    case 'close':
      return withDecoded(decodeText(body, false), (note) => service.close(id, actor, note));
    case 'merge':
      return withDecoded(decodeMerge(body), ({ into, why }) => service.merge(id, into, actor, why));
    case 'merge/undo':
      return withDecoded(decodeReason(body), (why) => service.undoMerge(id, actor, why));
    case 'split':
      return withDecoded(decodeSplit(body), ({ alerts, why }) =>
        service.split(id, alerts, actor, why),
      );
    case 'split/undo':
      return withDecoded(decodeReason(body), (why) => service.undoSplit(id, actor, why));
    default:
      return unreachable(action);
  }
}

/** Done, and the incident to show then. */
export type Acted = { readonly show: string };

/** What the forms of the console do: decodes, acts and says why not. */
export async function actOnIncident(
  service: ResponderService,
  action: IncidentAction,
  request: { readonly id: string; readonly actor: string; readonly body: unknown },
): Promise<Refusal | Acted> {
  const outcome = await perform(service, action, request.id, request.actor, request.body);
  if (typeof outcome.status === 'number') return outcome;
  switch (outcome.status) {
    case 'done':
      return { show: outcome.incidentId ?? request.id };
    case 'unknown_incident':
      return UNKNOWN_INCIDENT;
    case 'stale':
    case 'key_reused':
      return {
        status: 409,
        title: 'Not possible now',
        message: 'it has moved on',
        remedy: 'reload',
      };
    case 'refused':
      return {
        status: 409,
        title: 'Not possible now',
        message: outcome.why,
        remedy: outcome.remedy,
      };
    default:
      return unreachable(outcome);
  }
}
