import { randomBytes } from 'node:crypto';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const MIXED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Credentials of the length and alphabet of real ones, new for every simulator. They say that they are fake, for whoever finds
 * one in a log, and are random, so that a test can search outputs for exactly these.
 */
export function fakeCredentials({
  temporary,
}: {
  temporary: Readonly<Record<'huaweicloud' | 'alidns', boolean>>;
}) {
  return {
    huaweicloud: {
      accessKeyId: fill('FAKEAK', 20, UPPER),
      secretAccessKey: fill('fakeHuaweiCloudSecret', 40, MIXED),
      projectId: randomBytes(16).toString('hex'),
      ...(temporary.huaweicloud ? { securityToken: fill('fakeHuaweiCloudToken', 400, MIXED) } : {}),
    },
    alidns: {
      accessKeyId: temporary.alidns ? fill('STS.NTFake', 29, MIXED) : fill('LTAI5tFake', 24, MIXED),
      accessKeySecret: fill('fakeAliSecret', 30, MIXED),
      ...(temporary.alidns ? { securityToken: fill('fakeAliToken', 400, MIXED) } : {}),
    },
  };
}

function fill(start: string, length: number, alphabet: string): string {
  const random = [...randomBytes(length - start.length)].map((byte) => alphabet[byte % alphabet.length]);
  return start + random.join('');
}
