import { expect, test } from 'vitest';
import { createVerifier } from '../src/index.js';

test.each(['not an address', '127.0.0.1:0', '[::1', '1.2.3.4:70000'])(
  'a resolver cannot be %j',
  (resolver) => {
    expect(() => createVerifier({ resolvers: [resolver] })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(resolver) }),
    );
  },
);

test.each(['192.0.2.1', '192.0.2.1:5300', '2001:db8::1', '[2001:db8::1]:53'])(
  'a resolver can be %j',
  (resolver) => {
    expect(createVerifier({ resolvers: [resolver] })).toHaveProperty('wait');
  },
);

test.each([
  ['authoritativePort', 0],
  ['authoritativePort', 65_536],
  ['queryTimeoutMs', 0],
  ['queryTimeoutMs', 1.5],
])('%s cannot be %d', (option, value) => {
  expect(() => createVerifier({ [option]: value })).toThrow(
    expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(option) }),
  );
});
