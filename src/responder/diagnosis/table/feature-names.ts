/** The feature that says that a column is empty. */
export function missingName(column: string): string {
  return `${column}:missing`;
}

/** The feature that says that a column of texts holds this one. */
export function textName(column: string, text: string): string {
  return `${column}=${text}`;
}
