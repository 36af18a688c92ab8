import { expect, test } from 'vitest';
import { MEANINGS } from '../src/api/error-table.js';
import { isWrite, OPERATIONS, type Operation } from '../src/api/operations.js';
import { huaweicloud, manifest } from '../src/index.js';

test('the codes of a missing permission are those whose hint names one', () => {
  const aboutPermissions = Object.keys(MEANINGS).filter((code) => MEANINGS[code]?.needsPermission);
  // The public gateway writes its codes otherwise than the documents.
  const written = aboutPermissions.flatMap((code) => [code, code.replace(/^APIG\./, 'APIGW.')]);
  expect([...manifest.permissionRefusals].sort()).toEqual([...new Set(written)].sort());
});

test('each call has one permission, of the kind that the call is', () => {
  for (const operation of Object.keys(OPERATIONS) as Operation[]) {
    const needed = manifest.permissions.filter(({ operations }) => operations.includes(operation));
    expect(
      needed.map(({ access }) => access),
      operation,
    ).toEqual([isWrite(operation) ? 'write' : 'read']);
  }
});

test('limits and name servers are those of the capabilities', () => {
  const { limits, nameServerPatterns } = huaweicloud({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
  }).capabilities;
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
