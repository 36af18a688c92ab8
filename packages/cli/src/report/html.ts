import { sanitize } from '../output/sanitize.js';

/** Markup that is safe to put into a page as it is. Only `html` makes it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Content = string | number | Html | undefined | readonly (string | number | Html | undefined)[];

/** Markup from a template: texts in it are escaped, for content and for quoted attributes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const markup = contents.map((content, index) => toMarkup(content) + parts[index + 1]);
  return new Html(parts[0] + markup.join(''));
}

function toMarkup(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.markup;
  if (typeof content === 'object') return content.map(toMarkup).join('');
  return escapeText(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters and marks that reorder text are shown as `\u202e` first: here they would work as in a terminal. */
function escapeText(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
