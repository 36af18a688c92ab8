import { once } from 'node:events';
import { DnsError, toFqdn } from '@domainproof/core';
import { createChallenges } from '../challenges/create-challenges.js';
import type { Command } from '../command.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, JOURNAL, PLACE_FLAGS, TTL } from '../flags.js';
import { DEFAULT_REQUEST_MS } from '../serve/limits.js';
import { DEFAULT_LISTEN, isLoopback, parseListen } from '../serve/listen-address.js';
import { startServer } from '../serve/server.js';
import { startText } from '../serve/start-text.js';
import { TimelyChallenges } from '../serve/timely.js';
import { readToken } from '../serve/token.js';
import { chosenProviders, openSession, openVerifier, type Session } from '../session.js';
import { resolveSettings, type Settings } from '../settings.js';

export const serve: Command = {
  usage: '',
  description: `Lets lego, Traefik and whatever else speaks lego's httpreq put its DNS challenges in place: POST /present writes the record and
waits until every name server shows it, POST /cleanup takes exactly this value away. The credentials of the DNS account stay here;
clients show a token. Runs until it is interrupted, lets what is under way end, and ends with exit code 0.`,
  examples: [
    '(umask 077; openssl rand -hex 32 > token); domainproof serve --token-file token --allow example.com',
    'HTTPREQ_ENDPOINT=http://127.0.0.1:8053 HTTPREQ_USERNAME=lego HTTPREQ_PASSWORD_FILE=token lego --dns httpreq -d example.com -m me@example.com -a run',
  ],
  flags: [
    {
      name: 'listen',
      value: 'IP:PORT',
      description: `where to listen; port 0 takes a free one (default ${DEFAULT_LISTEN})`,
    },
    {
      name: 'token-file',
      value: 'FILE',
      description:
        'the token that clients must show (or DOMAINPROOF_SERVE_TOKEN, or DOMAINPROOF_SERVE_TOKEN_FILE)',
    },
    {
      name: 'allow',
      value: 'DOMAIN',
      repeatable: true,
      description: 'only names in this domain (default: in all that the credentials reach)',
    },
    ...PLACE_FLAGS,
    TTL,
    {
      name: 'timeout',
      value: 'TIME',
      description: 'answer a request after this time at the latest (default 25s; lego hangs up after 30s)',
    },
    ...DNS_FLAGS,
    JOURNAL,
    CONFIG,
  ],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    if (positionals.length > 0)
      throw new UsageError(`serve takes no words ("${positionals[0]}"), only flags.`);
    const listen = parseListen(flags.text('listen') ?? DEFAULT_LISTEN);
    const allowed = flags.list('allow').map((domain) => toFqdn(domain.replace(/^\*\./, '')));
    const token = await readToken(flags.text('token-file'), io);
    const settings = await resolveSettings(flags, io);
    // The time of the config file is for waiting without a client that hangs up.
    const timeoutMs = flags.has('timeout') ? settings.timeoutMs! : DEFAULT_REQUEST_MS;
    // The access log tells of every record; the progress of single commands would say it twice.
    const quiet = { ...invocation, output: { ...output, progress() {} } };
    const session = await openSession(quiet, settings, (event) => challenges.apply(event));
    checkUsable(session, settings);
    const challenges = new TimelyChallenges(
      createChallenges({ ...session, openVerifier: () => openVerifier(settings), timeoutMs }),
      timeoutMs,
    );
    const { provider, zone, line, ttl } = settings;
    const desk = { challenges, allowed, defaults: { provider, zone, line, ttl }, output };
    const { url, stop } = await startServer({ listen, token, desk });
    if (!isLoopback(listen))
      output.warn(
        `${url} is plain HTTP, and others in the network can reach it: put a proxy with TLS in front, or listen on 127.0.0.1.`,
      );
    output.event({ type: 'listening', url } as { type: string });
    // The result is the last line of --events.
    if (!flags.has('events')) output.result({ url }, startText(url));
    if (!io.signal.aborted) await once(io.signal, 'abort');
    await stop();
    if (flags.has('events')) output.result({ url }, []);
    return EXIT.done;
  },
};

/** A server whose every answer would be an error must not start. @throws DnsError if none of the accounts can be used */
function checkUsable(session: Session, settings: Settings): void {
  const causes = chosenProviders(session, settings).map(
    ({ id }) => session.installed.find((one) => one.id === id)?.broken,
  );
  const [cause] = causes;
  if (cause && causes.every((broken) => broken))
    throw new DnsError(cause.code ?? 'UNSUPPORTED', cause.message, { hint: cause.hint });
}
