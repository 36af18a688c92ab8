/** Text from the network for people: cut to `most` characters, control characters as in zone files (`\027`), so that nobody can write to an operator's terminal. */
export function printable(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return cut.replace(/\p{Cc}/gu, (character) => `\\${`${character.charCodeAt(0)}`.padStart(3, '0')}`);
}
