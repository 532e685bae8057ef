/** What a report is about, and how to make it again. */
export type ReportSource = {
  /** Of the file with the data, without its folder. */
  readonly name: string;
  /** Every file that was read. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Words of the command that makes the same report of the same data. */
  readonly command: readonly string[];
  /** Of crmwatch. */
  readonly version: string;
  readonly seed: number;
};

const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/** The words as a POSIX shell reads them. */
export function shellText(words: readonly string[]): string {
  return words
    .map((word) => (PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
