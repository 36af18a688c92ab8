export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object that a text holds, or undefined for everything else (HTML, nothing, half an object, a list). */
export function parseObject(text: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
