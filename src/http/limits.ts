/**
 * What one exchange may cost us, whatever the other side does. Time is limited by each request's own deadline;
 * these bound memory, and the work that an answer can cause.
 */
export type HttpLimits = {
  /** Bytes of a body, both as it arrives and once it is unpacked. */
  readonly bodyBytes: number;
  /** Bytes of all header lines of one answer; its trailer section is held to the same. */
  readonly headerBytes: number;
  /** Header lines of one answer. */
  readonly headerLines: number;
  /** Answers with a status of 1xx that may come before the real one. */
  readonly interimAnswers: number;
  /** Redirects that are followed, within the origin alone; 0 hands a redirect to the caller as an answer. */
  readonly redirects: number;
};

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  bodyBytes: 16 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headerLines: 200,
  interimAnswers: 16,
  redirects: 0,
};
