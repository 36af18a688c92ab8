import { setTimeout as delay } from 'node:timers/promises';
import {
  type Call,
  DnsError,
  type Fqdn,
  isDnsError,
  type PreparedChange,
  type Receipt,
  type RecordSet,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import type { StoredZone } from '../reference/backend.js';
import { Connection, type Credentials } from '../reference/connection.js';
import { type AddStep, type Progress, toZone, ValueAdapter } from '../reference/value-adapter.js';
import { type StoredRecord, type ValueCloud, valueFacts } from '../reference/value-cloud.js';

/** Much longer than a hundred turns of the event loop. */
const FIXED_WAIT_MS = 1_500;

/** Reads the first page of every listing and takes it for all. */
export class ReadsOnePageOfRecords extends ValueAdapter {
  protected override async recordPages(zone: Zone, keyWord: string, call: Call): Promise<StoredRecord[]> {
    const ask = () => this.cloud.listRecords(zone.id, keyWord, 1);
    return (await this.connection.send('ListRecords', false, call, ask)).items;
  }
}

/** The first page of all records, without a search: in a larger zone its own records are not there. */
export class ReadsOnePageUnfiltered extends ValueAdapter {
  protected override async recordPages(zone: Zone, _keyWord: string, call: Call): Promise<StoredRecord[]> {
    const ask = () => this.cloud.listRecords(zone.id, '', 1);
    return (await this.connection.send('ListRecords', false, call, ask)).items;
  }
}

export class ReadsOnePageOfZones extends ValueAdapter {
  protected override async zonePages(keyWord: string, call: Call): Promise<StoredZone[]> {
    const ask = () => this.cloud.listZones(keyWord, 1);
    return (await this.connection.send('ListZones', false, call, ask)).items;
  }
}

/** Cleans up by name: every TXT goes. */
export class DeletesEveryValueAtTheName extends ValueAdapter {
  protected override async removeAll(
    zone: Zone,
    _current: RecordSet | undefined,
    { key }: ValueChange,
    progress: Progress,
    call: Call,
  ): Promise<void> {
    for (const record of await this.recordsAt(zone, key.name, call))
      if (record.type === key.type && (await this.deleteRecord(record.id, call))) progress.writes += 1;
  }
}

/** An account that cannot be asked looks like one without zones. */
export class TakesAFailedListingForNoZone extends ValueAdapter {
  override async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    return super.findZones(name, call).catch((error) => {
      if (isDnsError(error) && error.retryable) return [];
      throw error;
    });
  }
}

/** Walks up label by label, and an error on the way means "not here, try the parent". */
export class GoesUpOneLabelOnAnError extends ValueAdapter {
  override async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    const labels = name.split('.');
    for (let start = 0; start < labels.length - 2; start += 1) {
      const candidate = labels.slice(start).join('.');
      try {
        const zones = await this.zonePages(candidate, call);
        const exact = zones.filter((zone) => zone.name === candidate);
        if (exact.length > 0) return exact.map(toZone);
      } catch (error) {
        if (!isDnsError(error) || !error.retryable) throw error;
      }
    }
    return [];
  }
}

/** Gives the first hit of a contains-search alone, which may be the parent of the right zone. */
export class GivesTheFirstZoneAlone extends ValueAdapter {
  override async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    const zones = await super.findZones(name, call);
    return zones.slice(-1);
  }
}

/** The longest zone that the name ends with, letter by letter, and that one alone. */
export class MatchesZonesInsideALabel extends ValueAdapter {
  override async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    const zones = (await this.zonePages('', call)).filter((zone) => name.endsWith(zone.name)).map(toZone);
    const [longest] = zones.sort((left, right) => right.name.length - left.name.length);
    return longest ? [longest] : [];
  }
}

/** Looks whether the record is there yet, at a resolver that then remembers that it is not. */
export class AsksAResolverFirst extends ValueAdapter {
  protected override async add(...args: AddStep): Promise<void> {
    this.cloud.lookUp(args[2].key.name);
    return super.add(...args);
  }
}

/** "Set" in the vendor's sense: what others have at the name makes room for the new value. */
export class ReplacesTheValuesOfOthers extends ValueAdapter {
  protected override async add(...args: AddStep): Promise<void> {
    const [zone, , { key, add }, , , call] = args;
    for (const record of await this.recordsAt(zone, key.name, call))
      if (record.type === key.type && !add.includes(this.textOf(record)))
        await this.deleteRecord(record.id, call);
    return super.add(...args);
  }
}

/** `min` that gives the larger number, and `max` that gives the smaller one. */
export class SwapsLeastAndMost extends ValueAdapter {
  protected override add(...args: AddStep): Promise<void> {
    const [zone, current, change, value, progress, call] = args;
    const { min, max } = valueFacts.ttl;
    const ttl = Math.max(max, Math.min(min, change.ttl));
    return super.add(zone, current, { ...change, ttl }, value, progress, call);
  }
}

/** The first entry's fate is told of all of them. */
export class TakesTheFirstOfABatchForAll extends ValueAdapter {
  override async applyChanges(
    zone: Zone,
    changes: readonly PreparedChange[],
    call: Call,
  ): Promise<readonly (Receipt | DnsError)[]> {
    const outcomes = await super.applyChanges(zone, changes, call);
    return outcomes.map(() => outcomes.at(0) as Receipt);
  }
}

/** Every failure is the end: nothing is worth another try. */
export class MakesAPassingErrorPermanent extends ValueAdapter {
  constructor(cloud: ValueCloud, credentials: Credentials) {
    super(cloud, credentials);
    this.connection = new (class extends Connection {
      protected override toDnsError(error: unknown, operation: string, write: boolean): DnsError {
        const told = super.toDnsError(error, operation, write);
        return new DnsError(told.code, told.message, { ...told, retryable: false, cause: error });
      }
    })(this.id, cloud, credentials);
  }
}

/** Sleeps after a write, as a favour to slow name servers, whatever the caller wants meanwhile. */
export class WaitsWhateverTheSignalSays extends ValueAdapter {
  override async applyChange(...args: Parameters<ValueAdapter['applyChange']>): Promise<Receipt> {
    const receipt = await super.applyChange(...args);
    await delay(FIXED_WAIT_MS);
    return receipt;
  }
}

/** The search matches parts of names, and what it found is taken for the set. */
export class TakesTheSearchForTheSet extends ValueAdapter {
  protected override async recordsAt(zone: Zone, name: Fqdn, call: Call): Promise<StoredRecord[]> {
    return this.recordPages(zone, name, call);
  }
}

/** Removes what a search for the host record brings, on its first page, with the value or without. */
export class DeletesWhateverTheSearchHits extends ValueAdapter {
  protected override async removeAll(
    zone: Zone,
    _current: RecordSet | undefined,
    { key, remove }: ValueChange,
    progress: Progress,
    call: Call,
  ): Promise<void> {
    const ask = () => this.cloud.listRecords(zone.id, key.name.split('.')[0] ?? '', 1);
    const { items } = await this.connection.send('ListRecords', false, call, ask);
    for (const record of items)
      if (remove.includes(this.textOf(record)) && (await this.deleteRecord(record.id, call)))
        progress.writes += 1;
  }
}

/** Character strings are joined with a space, as they are shown. */
export class JoinsStringsWithASpace extends ValueAdapter {
  protected override textOf(record: StoredRecord): string {
    return record.strings.join(' ');
  }
}
