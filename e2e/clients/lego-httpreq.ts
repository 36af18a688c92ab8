import { randomBytes } from 'node:crypto';
import type { Client } from './client.js';
import { launch, waiting } from './launch.js';
import { launchLego, type Mode } from './lego.js';

/** lego, that asks `domainproof serve` over HTTP. */
export const legoHttpreq = kindOf('lego httpreq, default', '');
export const legoHttpreqRaw = kindOf('lego httpreq, RAW', 'RAW');

function kindOf(title: string, mode: Mode): Client {
  return {
    title,
    commands: ['lego'],
    async start(order) {
      const token = randomBytes(32).toString('hex');
      const flags = ['--listen', '127.0.0.1:0', '--json', ...waiting(order.timeout)];
      const server = launch(order, 'domainproof', ['serve', ...flags], { DOMAINPROOF_SERVE_TOKEN: token });
      const [, url] = await server.printed(/"url": *"([^"]+)"/);
      const lego = launchLego(order, 'httpreq', {
        HTTPREQ_ENDPOINT: url as string,
        HTTPREQ_MODE: mode,
        HTTPREQ_USERNAME: 'lego',
        HTTPREQ_PASSWORD: token,
      });
      return {
        certificate: lego.certificate,
        kill() {
          lego.kill();
          server.kill();
        },
        ended: lego.ended.then(async ({ status, output }) => {
          server.stop();
          const served = await server.ended;
          return { status: status || served.status, output: output + served.output };
        }),
      };
    },
  };
}
