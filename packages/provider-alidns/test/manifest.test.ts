import { expect, test } from 'vitest';
import { ERROR_TABLE } from '../src/error-table.js';
import { alidns, manifest } from '../src/index.js';

test('the codes of a missing permission are those whose hint names one', () => {
  const aboutPermissions = ERROR_TABLE.filter(({ hint }) => hint?.includes('Allow the RAM action'));
  expect(aboutPermissions.map(({ vendorCode }) => vendorCode)).toEqual(manifest.permissionRefusals);
});

test('limits and name servers are those of the capabilities', () => {
  const { limits, nameServerPatterns } = alidns({ environment: {} }).capabilities;
  expect({ limits, nameServerPatterns }).toEqual({
    limits: manifest.limits,
    nameServerPatterns: manifest.nameServerPatterns,
  });
});

test('every fact has a source and a day', () => {
  for (const { what, source, checkedOn } of manifest.checked) {
    expect(what && source).toBeTruthy();
    expect(new Date(checkedOn).toISOString()).toContain(checkedOn);
  }
});
