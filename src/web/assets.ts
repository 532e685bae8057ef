import type { Express } from 'express';
import { route } from './routes.ts';

export type Asset = {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Quoted, as the header wants it. */
  readonly etag: string;
};

/** Address to file, such as `/assets/theme.css`. */
export type Assets = ReadonlyMap<string, Asset>;

/** Browsers keep assets but ask each time whether they are still current: an upgrade shows at once. */
export function serveAssets(app: Express, assets: Assets): void {
  for (const [path, asset] of assets) {
    route(app, path, {
      GET: (request, response) => {
        response.setHeader('ETag', asset.etag);
        response.setHeader('Cache-Control', 'no-cache');
        if (request.get('if-none-match') === asset.etag) {
          response.status(304).end();
          return;
        }
        response.setHeader('Content-Type', asset.contentType);
        response.setHeader('Content-Length', asset.body.byteLength);
        response.end(asset.body);
      },
    });
  }
}
