import type { Request, Response } from 'express';
import type { Clock } from '../../std/std.ts';
import type { Recognise } from './recognise.ts';

const WATCH_MS = 15_000;

/** A revoked token or an ended session cuts what was begun with it within seconds. */
export function createWatch(
  recognise: Recognise,
  clock: Clock,
): (request: Request, response: Response) => void {
  return (request, response) => {
    let isOver = false;
    let timer = clock.after(WATCH_MS, look);
    function again(): void {
      if (!isOver) timer = clock.after(WATCH_MS, look);
    }
    function look(): void {
      recognise(request, 'look').then(
        ({ identity }) => (identity === null ? void response.destroy() : again()),
        // A store that is away says nothing about who may.
        again,
      );
    }
    response.once('close', () => {
      isOver = true;
      timer.cancel();
    });
  };
}
