import assert from 'node:assert/strict';
import { DnsError } from '@domainproof/core';
import { expect, test } from 'vitest';
import { failureOf } from '../src/assertions.js';

test('a finding of the test is told as it is, and not as an error of the adapter', async () => {
  const finding = new assert.AssertionError({ message: 'the signal fired, and the call goes on' });
  await expect(failureOf(Promise.reject(finding), 'ABORTED')).rejects.toBe(finding);
});

test('an error that is no DnsError, a wrong code and a success are each told', async () => {
  await expect(failureOf(Promise.reject(new TypeError('oops')))).rejects.toThrow(
    'no DnsError: TypeError: oops',
  );
  const busy = new DnsError('BUSY', 'later');
  await expect(failureOf(Promise.reject(busy), 'ABORTED', 'TIMEOUT')).rejects.toThrow(
    'expected ABORTED or TIMEOUT, got BUSY: later',
  );
  await expect(failureOf(Promise.resolve('done'))).rejects.toThrow('expected a rejection, got "done"');
  expect(await failureOf(Promise.reject(busy), 'BUSY')).toBe(busy);
});
