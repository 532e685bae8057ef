export type AssetSource = {
  /** Address under which the page asks for it. */
  readonly path: string;
  readonly contentType: string;
  /** Where the bytes are; `app` reads them, because rooms this low have no file system. */
  readonly file: URL;
};

/** In the order in which they are linked. */
export const CONSOLE_STYLES: readonly string[] = [
  'theme.css',
  'frame.css',
  'incident-list.css',
  'incident-detail.css',
  'quarantine.css',
];

const STYLE_TYPE = 'text/css; charset=utf-8';
const SCRIPT_TYPE = 'text/javascript; charset=utf-8';

/** Every static file the pages refer to. */
export function consoleAssetSources(): readonly AssetSource[] {
  const own = (name: string): URL => new URL(`./assets/${name}`, import.meta.url);
  return [
    ...CONSOLE_STYLES.map((name) => ({
      path: `/assets/${name}`,
      contentType: STYLE_TYPE,
      file: own(name),
    })),
    { path: '/assets/live.js', contentType: SCRIPT_TYPE, file: own('live.js') },
    { path: '/assets/icon.svg', contentType: 'image/svg+xml', file: own('icon.svg') },
    {
      path: '/assets/idiomorph.js',
      contentType: SCRIPT_TYPE,
      file: new URL(import.meta.resolve('idiomorph/dist/idiomorph.min.js')),
    },
  ];
}
