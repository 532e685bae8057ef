export { decodeEpisodes } from './episode.ts';
export type { Episode } from './episode.ts';
export { tableOfEpisodes } from './table-of-episodes.ts';
