export type { DnsClient } from './api/dns-client.js';
export { type HuaweicloudOptions, huaweicloud, huaweicloud as default } from './huaweicloud.js';
export { manifest } from './manifest.js';
