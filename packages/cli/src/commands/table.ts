import type { Command } from '../command.js';

/** Every command: one line for the overview, and its module, which loads when it is called. */
export const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  prove: {
    summary: 'write the record, then wait until every name server shows it',
    load: () => import('./prove.js').then((module) => module.prove),
  },
  add: {
    summary: 'write the record and print its lease',
    load: () => import('./add.js').then((module) => module.add),
  },
  wait: {
    summary: 'wait until every name server shows the record; needs no credentials',
    load: () => import('./wait.js').then((module) => module.wait),
  },
  doctor: {
    summary: 'say why a record is not visible, or what is wrong with a zone; needs no credentials',
    load: () => import('./doctor.js').then((module) => module.doctor),
  },
  remove: {
    summary: 'take exactly this value away again',
    load: () => import('./remove.js').then((module) => module.remove),
  },
  leases: {
    summary: 'list what was written and not removed yet',
    load: () => import('./leases.js').then((module) => module.leases),
  },
  plan: {
    summary: 'show what prove would write; writes nothing',
    load: () => import('./plan.js').then((module) => module.plan),
  },
  zones: {
    summary: 'list the zones that the credentials reach',
    load: () => import('./zones.js').then((module) => module.zones),
  },
  providers: {
    summary: 'list the providers and which settings are found',
    load: () => import('./providers.js').then((module) => module.providers),
  },
  serve: {
    summary: 'let lego, Traefik and others put their challenges in place over HTTP',
    load: () => import('./serve.js').then((module) => module.serve),
  },
  'create-provider': {
    summary: 'write a package for a provider of your own',
    load: () => import('./create-provider.js').then((module) => module.createProvider),
  },
  hook: {
    summary: 'be the hook of certbot, lego, dehydrated, uacme or acme.sh',
    load: () => import('./hook.js').then((module) => module.hook),
  },
  simulate: {
    summary: 'run both clouds and their name servers on this machine',
    load: () => import('./simulate.js').then((module) => module.simulate),
  },
  demo: {
    summary: 'prove and remove example challenges on the simulator',
    load: () => import('./demo.js').then((module) => module.demo),
  },
};
