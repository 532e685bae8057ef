/** What a scrape asks for: the headers of its request, and the families it wants. */
export type ScrapeRequest = {
  /** The Accept header, or "" when there was none. */
  readonly accept: string;
  /** The Accept-Encoding header, or "". */
  readonly acceptEncoding: string;
  /** Values of `name[]`: only families of these names are wanted; empty means all. */
  readonly names: readonly string[];
};

/** A page of metrics as it goes over the wire; its parts are sent one after the other. */
export type RenderedPage = {
  readonly contentType: string;
  /** Absent when the bytes are sent as they are. */
  readonly contentEncoding?: 'gzip';
  readonly body: readonly Uint8Array[];
};

/** A scrape without any wish: text 0.0.4, uncompressed, all families. */
export const PLAIN_SCRAPE: ScrapeRequest = { accept: '', acceptEncoding: '', names: [] };
