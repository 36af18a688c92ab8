/** A JSON object that came from the network: nothing about its fields is certain. */
export type Answer = Readonly<Record<string, unknown>>;

/** Strings and numbers of a JSON text, each as a whole. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Integers from here on may lie beyond 2^53. */
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * A JSON text in which integers of 16 digits and more become strings: task and record ids of the vendor are 64-bit integers,
 * and as a JavaScript number another id would come out.
 *
 * @returns undefined if it is JSON, but no object
 * @throws SyntaxError if it is not JSON
 */
export function parseAnswer(text: string): Answer | undefined {
  const parsed: unknown = JSON.parse(
    text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token)),
  );
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject ? (parsed as Answer) : undefined;
}
