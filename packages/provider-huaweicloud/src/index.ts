export { type HuaweicloudOptions, huaweicloud, huaweicloud as default } from './huaweicloud.js';
export { manifest } from './manifest.js';
