/** The seam between the clouds' stores and the name servers: what a cloud publishes, the name servers serve, each after its own delay. */

/** One record set as it is served. TXT values are raw text (never quoted); host names in values are absolute. */
export interface ServedSet {
  /** Absolute, lower case, final dot. */
  name: string;
  /** `TXT`, `CNAME`, `MX`, … */
  type: string;
  /** Seconds. */
  ttl: number;
  /** Presentation form; an empty list takes the set away. */
  values: readonly string[];
}

/** A hosted zone as the name servers know it. Two clouds may hold a zone of the same name, so the id counts and not the name. */
export interface PublishedZone {
  /** Unique over both clouds, for example `huaweicloud/2c9e…`. */
  id: string;
  /** Absolute, lower case, final dot. */
  name: string;
  /** Which group of name servers serves it. */
  cloud: 'huaweicloud' | 'alidns';
}

export interface Publisher {
  addZone(zone: PublishedZone): void;
  removeZone(id: string): void;
  /** Replaces what is served under (name, type) in the default line; every server of the zone takes it over after its own delay. */
  publish(zoneId: string, set: ServedSet): void;
}
