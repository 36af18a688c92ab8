/** What people read when the server listens: how lego and Traefik get there. */
export function startText(url: string): string[] {
  return [
    `Listening on ${url}`,
    '',
    'For lego, and in the environment of Traefik (certificatesResolvers.NAME.acme.dnsChallenge.provider: httpreq):',
    `  HTTPREQ_ENDPOINT=${url}`,
    '  HTTPREQ_USERNAME=lego',
    '  HTTPREQ_PASSWORD_FILE=FILE    (with the token)',
    '',
    'Ctrl-C ends it.',
  ];
}
