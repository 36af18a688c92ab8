// What benchmarks/bulk.mjs puts into the zone, and its clients ask for.
export const ZONE = 'bulk.test';
export const HOSTS = { ns1: '127.0.7.1', ns2: '127.0.7.2' };
export const PORT = 5_391;

export function nameOf(number) {
  return `_dnsauth.h${String(number).padStart(6, '0')}.${ZONE}`;
}

export function textOf(number) {
  return `2026080412${String(number).padStart(6, '0')}4a7f19c3e85b2d60f1a94c`;
}
