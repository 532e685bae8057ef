/** sign(x)·log(1 + |x|): a logarithm that is defined everywhere, and 0 at 0. */
export function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}
