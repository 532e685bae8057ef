/** A JSON map whose keys are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value of JSON is a map, and neither a list nor null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value of JSON is a map from names to texts, such as labels. */
export function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isFields(value) && Object.values(value).every((entry) => typeof entry === 'string');
}
