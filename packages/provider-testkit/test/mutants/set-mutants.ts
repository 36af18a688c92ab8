import {
  type Call,
  type Capabilities,
  DnsError,
  type Fqdn,
  type PreparedChange,
  type Receipt,
  type RecordSet,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import type { StoredZone } from '../reference/backend.js';
import { Connection, type Credentials } from '../reference/connection.js';
import { SetAdapter } from '../reference/set-adapter.js';
import type { SetCloud, SetWrite, StoredSet } from '../reference/set-cloud.js';

/** The test for "on its way" looks at the wrong end of the word, so that nothing ever is. */
export class TakesPendingForServed extends SetAdapter {
  protected override isServed({ status }: StoredSet): boolean {
    return !status.endsWith('PENDING_');
  }
}

/** Removing one value removes the set. */
export class DeletesTheWholeSet extends SetAdapter {
  protected override intend(current: RecordSet | undefined, change: ValueChange) {
    const intention = super.intend(current, change);
    const { write } = intention;
    if (change.remove.length === 0 || !write || !('update' in write)) return intention;
    return { ...intention, write: { delete: { id: write.update.id } } };
  }
}

/** Remembers in a variable which set it wrote, and can remove no other. */
export class KeepsItsIdsInMemory extends SetAdapter {
  readonly #ids = new Set<string>();

  override async applyChange(...args: Parameters<SetAdapter['applyChange']>): Promise<Receipt> {
    const [, , { key, add }] = args;
    if (add.length === 0 && !this.#ids.has(key.name))
      throw new DnsError('PROTOCOL', `unknown record id for ${key.name}`, { provider: this.id });
    this.#ids.add(key.name);
    return super.applyChange(...args);
  }
}

export class ReadsOnePageOfItsZones extends SetAdapter {
  protected override async zonePages(keyWord: string, call: Call): Promise<StoredZone[]> {
    const ask = () => this.cloud.listZones(keyWord, 1);
    return (await this.connection.send('ListZones', false, call, ask)).items;
  }
}

export class ReadsOnePageOfSets extends SetAdapter {
  protected override async setPages(zone: Zone, like: string, call: Call): Promise<StoredSet[]> {
    const ask = () => this.cloud.listSets(zone.id, like, 1);
    return (await this.connection.send('ListSets', false, call, ask)).items;
  }
}

/** Reads, changes, writes, and says that the server keeps writers apart. */
export class ClaimsToBeAtomic extends SetAdapter {
  override readonly capabilities: Capabilities = {
    ...new SetAdapter(this.cloud, this.credentials).capabilities,
    writes: 'atomic',
  };
}

/** The vendor's client takes no signal, so the adapter does not look at it either. */
export class IgnoresTheSignal extends SetAdapter {
  constructor(cloud: SetCloud, credentials: Credentials) {
    super(cloud, credentials);
    this.connection = new (class extends Connection {
      override send<T>(operation: string, write: boolean, call: Call, act: () => T): Promise<T> {
        return super.send(operation, write, { ...call, signal: new AbortController().signal }, act);
      }
    })(this.id, cloud, credentials);
  }
}

/** Every value is a set of its own to it: it posts, whatever it was told is there. */
export class AlwaysCreates extends SetAdapter {
  protected override intend(current: RecordSet | undefined, change: ValueChange) {
    return super.intend(change.add.length > 0 ? undefined : current, change);
  }
}

/** Computes whether the value is there, and deletes all the same. */
export class DeletesThoughTheValueIsAbsent extends SetAdapter {
  protected override intend(current: RecordSet | undefined, change: ValueChange) {
    const intention = super.intend(current, change);
    const id = (current?.native as StoredSet | undefined)?.id;
    const isNothingToDo = change.remove.length > 0 && !intention.write;
    return isNothingToDo && id ? { ...intention, write: { delete: { id } } } : intention;
  }
}

export class FailsToRemoveWhatIsGone extends SetAdapter {
  override async applyChange(...args: Parameters<SetAdapter['applyChange']>): Promise<Receipt> {
    const receipt = await super.applyChange(...args);
    if ((receipt.absent?.length ?? 0) === 0) return receipt;
    throw new DnsError('PROTOCOL', 'The record does not exist.', { provider: this.id });
  }
}

/** The vendor's form goes out as it came in. */
export class GivesTextsInQuotes extends SetAdapter {
  protected override textOf(_set: StoredSet, own: string): string {
    return own;
  }
}

/** Takes the first letter for granted. */
export class CrashesOnAnEmptyText extends SetAdapter {
  protected override textOf(set: StoredSet, own: string): string {
    const text = super.textOf(set, own);
    const [first] = text;
    return (first as string).concat(text.slice(1));
  }
}

/** Clears the way: every set that the fuzzy search hits is deleted before the new one is made. */
export class DeletesEverySetThatTheSearchHits extends SetAdapter {
  override async applyChange(...args: Parameters<SetAdapter['applyChange']>): Promise<Receipt> {
    const [zone, , { key, add, remove }, call] = args;
    for (const { id } of await this.setPages(zone, key.name, call))
      await this.write(zone, { delete: { id } }, call);
    if (add.length === 0) return { settled: true, absent: [] };
    return super.applyChange(
      zone,
      undefined,
      { ...args[2], remove: [], add: add.filter((v) => !remove.includes(v)) },
      call,
    );
  }
}

/** Searches among sets that are served, so that one on its way is not there. */
export class OverlooksPendingSets extends SetAdapter {
  protected override setPages(zone: Zone, like: string, call: Call): Promise<StoredSet[]> {
    return this.pages((number) =>
      this.connection.send('ListSets', false, call, () =>
        this.cloud.listSets(zone.id, like, number, 'ACTIVE'),
      ),
    );
  }
}

/** Removes by name: the set is deleted without a look at what is in it. */
export class DeletesTheSetUnseen extends SetAdapter {
  override async applyChange(...args: Parameters<SetAdapter['applyChange']>): Promise<Receipt> {
    const [zone, , { key, remove }, call] = args;
    if (remove.length === 0) return super.applyChange(...args);
    const set = (await this.setsAt(zone, key.name, call)).find(({ type }) => type === key.type);
    if (set) await this.write(zone, { delete: { id: set.id } }, call);
    return { settled: true, absent: [] };
  }
}

export class WritesATtlOfOne extends SetAdapter {
  protected override write(zone: Zone, write: SetWrite, call: Call): Promise<StoredSet> {
    return super.write(zone, 'create' in write ? { create: { ...write.create, ttl: 1 } } : write, call);
  }
}

/** The first set's state is told of all of them. */
export class TakesTheFirstSettledForAll extends SetAdapter {
  override async applyChanges(
    zone: Zone,
    changes: readonly PreparedChange[],
    call: Call,
  ): Promise<readonly (Receipt | DnsError)[]> {
    const [first, ...rest] = await super.applyChanges(zone, changes, call);
    const { settled } = first as Receipt;
    return [first as Receipt, ...rest.map((outcome) => ({ ...(outcome as Receipt), settled }))];
  }
}

/** The names of the zones are compared, and a dot is not looked for. */
export class FindsZonesByTheirLetters extends SetAdapter {
  override async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    const zones = (await this.zonePages('', call)).filter((zone) => name.endsWith(zone.name));
    const first = zones[0];
    return first ? [{ id: first.id, name: first.name as Fqdn, status: 'active' }] : [];
  }
}
