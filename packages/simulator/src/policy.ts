/** A policy document of a cloud: its JSON text, or what that says. */
export type PolicyDocument = string | object;

interface Statement {
  allow: boolean;
  actions: readonly RegExp[];
  /** Undefined: any. */
  resources: readonly RegExp[] | undefined;
}

/** What a key may do, by a document in the grammar that both clouds share: statements of effect, actions and resources. */
export class Policy {
  readonly #statements: readonly Statement[];

  /**
   * @param version what the document must call its version
   * @throws TypeError for a document that the cloud would not take, or that says what is not simulated (conditions).
   */
  constructor(document: PolicyDocument, version: string) {
    const policy = objectOf(typeof document === 'string' ? parse(document) : document, 'The document');
    only(policy, ['Version', 'Statement'], 'The document');
    if (policy.Version !== version) throw unusable(`Version must be "${version}"`);
    if (!Array.isArray(policy.Statement) || policy.Statement.length === 0)
      throw unusable('Statement must be a list that is not empty');
    this.#statements = policy.Statement.map(readStatement);
  }

  /** Every one of the resources has to be allowed, and none denied; without any, a statement counts for its action alone. */
  allows(action: string, resources: readonly string[] = []): boolean {
    const statements = this.#statements.filter(({ actions }) => matches(actions, action));
    const says = (allow: boolean, resource?: string) =>
      statements.some(
        (statement) =>
          statement.allow === allow &&
          (resource === undefined || !statement.resources || matches(statement.resources, resource)),
      );
    const asked = resources.length > 0 ? resources : [undefined];
    return asked.every((resource) => says(true, resource) && !says(false, resource));
  }
}

function readStatement(item: unknown, index: number): Statement {
  const where = `Statement[${index}]`;
  const statement = objectOf(item, where);
  only(statement, ['Sid', 'Effect', 'Action', 'Resource'], where);
  const { Effect, Action, Resource } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw unusable(`${where}.Effect must be "Allow" or "Deny"`);
  return {
    allow: Effect === 'Allow',
    actions: patterns(Action, `${where}.Action`),
    resources: Resource === undefined ? undefined : patterns(Resource, `${where}.Resource`),
  };
}

/** Actions and resources in which `*` stands for any text, and case does not count. */
function patterns(value: unknown, where: string): RegExp[] {
  const texts = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === 'string'))
    throw unusable(`${where} must be a text, or a list of texts`);
  return texts.map((text: string) => {
    const literal = text.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    return new RegExp(`^${literal.join('.*')}$`, 'is');
  });
}

function matches(wanted: readonly RegExp[], text: string): boolean {
  return wanted.some((pattern) => pattern.test(text));
}

function only(object: Readonly<Record<string, unknown>>, known: readonly string[], where: string): void {
  for (const field of Object.keys(object))
    if (!known.includes(field)) throw unusable(`${where} has a field "${field}", which is not simulated`);
}

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw unusable(`${where} must be an object`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable('The document is not JSON');
  }
}

function unusable(why: string): TypeError {
  return new TypeError(`policy: ${why}.`);
}
