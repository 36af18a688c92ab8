import { expect, test } from 'vitest';
import { createOutput } from '../src/output/output.js';
import { safeJson, sanitize } from '../src/output/sanitize.js';
import { Captured } from './harness.js';

const HOSTILE = 'a\u001b[2Jb\u009b31mc\u0007\r\nd\u202ee\u200b\u2028f';

test('text from the network reaches a terminal without a character that it would obey', () => {
  expect(sanitize(HOSTILE)).toBe('a\\u001b[2Jb\\u009b31mc\\u0007\\u000d\\u000ad\\u202ee\\u200b\\u2028f');
});

test('other scripts are left as they are', () => {
  expect(sanitize('证书 é 🎉')).toBe('证书 é 🎉');
});

test('JSON is safe to show and reads back as it was, indented or not', () => {
  for (const indent of [undefined, 2]) {
    const text = safeJson({ value: HOSTILE }, indent);
    expect(text.replaceAll('\n', '')).not.toMatch(/[^\x20-\x7e]/);
    expect(JSON.parse(text)).toEqual({ value: HOSTILE });
  }
});

test('every kind of line goes through the sanitizer', () => {
  const stdout = new Captured();
  const stderr = new Captured();
  const output = createOutput(
    { stdout, stderr, env: {} },
    { json: false, events: false, quiet: false, verbose: true },
  );
  output.progress('seen', HOSTILE);
  output.warn(HOSTILE);
  output.detail('api', HOSTILE);
  output.fail(new Error(HOSTILE));
  output.result({}, [HOSTILE]);
  const lines = `${stdout.text}${stderr.text}`.split('\n');
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.join('')).not.toMatch(/[^\x20-\x7e]/);
});

test('what looks like a secret is masked in errors, warnings and details, in JSON too', () => {
  for (const json of [false, true]) {
    const stdout = new Captured();
    const stderr = new Captured();
    const output = createOutput(
      { stdout, stderr, env: {} },
      { json, events: false, quiet: false, verbose: true },
    );
    output.maskWith((text) => text.replaceAll('s3cret', '***'));
    output.warn('has s3cret');
    output.detail('api', 'has s3cret');
    output.fail(new Error('has s3cret'));
    expect(stdout.text + stderr.text).not.toContain('s3cret');
    expect(stderr.text).toContain('***');
  }
});
