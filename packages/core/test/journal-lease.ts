import { type Lease, toFqdn } from '../src/index.js';

/** A sound lease for the tests of journals. */
export function lease(id: string, more: Partial<Lease> = {}): Lease {
  return {
    version: 1,
    id,
    provider: 'fake',
    zone: toFqdn('example.com'),
    name: toFqdn('a.example.com'),
    type: 'TXT',
    line: 'default',
    value: `value of ${id}`,
    ttl: { effective: 300 },
    created: true,
    createdAt: '2026-01-02T03:04:05.000Z',
    ...more,
  };
}
