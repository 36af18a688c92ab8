import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DnsError, type Environment } from '@domainproof/core';
import type { Credentials } from './credentials.js';
import { presentable } from './failure.js';
import { manifest } from './manifest.js';

const loadSdk = () => import('@alicloud/credentials');
type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** One of the vendor's credential providers; it keeps what it got, and renews it in time. */
interface Provider {
  getCredentials(): Promise<{ accessKeyId: string; accessKeySecret: string; securityToken?: string }>;
}

interface Source {
  /** For messages. */
  name: string;
  make(sdk: Sdk): Provider;
}

interface Failure {
  name: string;
  reason: string;
  expired: boolean;
}

/**
 * The sources of the vendor's default credential chain (its page on managing access credentials for Node.js) after the
 * environment's AccessKey, in its order, each through the vendor's own provider. The vendor's chain itself is not used: it
 * tries the instance metadata wherever it runs, remembers a source that failed, and puts whole files into its errors.
 *
 * After a failure a chain is of no more use: the vendor's providers may hold on to what failed.
 */
export class CredentialChain {
  readonly #sources: readonly Source[];
  #found?: { name: string; provider: Provider };

  /** @param everywhere asks the instance metadata too, even if nothing points to it */
  constructor(environment: Environment, everywhere: boolean) {
    this.#sources = sourcesIn(environment, everywhere);
  }

  /** Nothing points to any source. */
  get isEmpty(): boolean {
    return this.#sources.length === 0;
  }

  /** @throws DnsError `AUTH_INVALID` or `AUTH_EXPIRED`, with what each source said */
  async get(): Promise<Credentials> {
    if (this.#found) {
      const { name, provider } = this.#found;
      try {
        return await ask(name, provider);
      } catch (error) {
        throw noneGave([failureOf(name, error)]);
      }
    }
    const sdk = await loadSdk();
    const failures: Failure[] = [];
    for (const { name, make } of this.#sources) {
      try {
        const provider = make(sdk);
        const credentials = await ask(name, provider);
        this.#found = { name, provider };
        return credentials;
      } catch (error) {
        failures.push(failureOf(name, error));
      }
    }
    throw noneGave(failures);
  }
}

function sourcesIn(environment: Environment, everywhere: boolean): Source[] {
  const set = (name: string) => environment[name] || undefined;
  const home = environment === process.env ? homedir() : (set('HOME') ?? set('USERPROFILE') ?? '');
  const sources: Source[] = [];

  const roleArn = set('ALIBABA_CLOUD_ROLE_ARN');
  const oidcProvider = set('ALIBABA_CLOUD_OIDC_PROVIDER_ARN');
  const tokenFile = set('ALIBABA_CLOUD_OIDC_TOKEN_FILE');
  if (roleArn && oidcProvider && tokenFile)
    sources.push({
      name: 'the OIDC role in ALIBABA_CLOUD_ROLE_ARN',
      make: (sdk) =>
        sdk.OIDCRoleArnCredentialsProvider.builder()
          .withRoleArn(roleArn)
          .withOIDCProviderArn(oidcProvider)
          .withOIDCTokenFilePath(tokenFile)
          .withRoleSessionName(set('ALIBABA_CLOUD_ROLE_SESSION_NAME') ?? 'domainproof')
          .withStsRegionId(set('ALIBABA_CLOUD_STS_REGION') ?? '')
          .build(),
    });

  const profile = set('ALIBABA_CLOUD_PROFILE');
  const cliFile = join(home, '.aliyun', 'config.json');
  const isCliOff = set('ALIBABA_CLOUD_CLI_PROFILE_DISABLED')?.toLowerCase() === 'true';
  if (home && !isCliOff && (profile || existsSync(cliFile)))
    sources.push({
      name: profile ? `the profile ${profile} in ${cliFile}` : cliFile,
      make: (sdk) =>
        at(
          home,
          sdk.CLIProfileCredentialsProvider.builder()
            .withProfileName(profile ?? '')
            .build(),
        ),
    });

  // The vendor's provider reads the name of another file from the process only.
  const namedFile = set('ALIBABA_CLOUD_CREDENTIALS_FILE');
  const isNamed = namedFile !== undefined && namedFile === process.env.ALIBABA_CLOUD_CREDENTIALS_FILE;
  const iniFile = isNamed ? namedFile : join(home, '.alibabacloud', 'credentials');
  if (isNamed || (home && existsSync(iniFile)))
    sources.push({
      name: iniFile,
      make: (sdk) =>
        at(
          home,
          sdk.ProfileCredentialsProvider.builder()
            .withProfileName(profile ?? 'default')
            .build(),
        ),
    });

  const instanceRole = set('ALIBABA_CLOUD_ECS_METADATA') ?? set('ALICLOUD_RAM_ROLE');
  const isEcsOff = set('ALIBABA_CLOUD_ECS_METADATA_DISABLED')?.toLowerCase() === 'true';
  if (!isEcsOff && (instanceRole || everywhere))
    sources.push({
      name: instanceRole
        ? `the RAM role ${instanceRole} of the ECS instance`
        : 'the RAM role of the ECS instance',
      make: (sdk) =>
        sdk.ECSRAMRoleCredentialsProvider.builder()
          .withRoleName(instanceRole ?? '')
          .withDisableIMDSv1(set('ALIBABA_CLOUD_IMDSV1_DISABLED')?.toLowerCase() === 'true')
          .build(),
    });

  const uri = set('ALIBABA_CLOUD_CREDENTIALS_URI');
  if (uri)
    sources.push({
      name: 'ALIBABA_CLOUD_CREDENTIALS_URI',
      make: (sdk) => sdk.URICredentialsProvider.builder().withCredentialsURI(uri).build(),
    });
  return sources;
}

/** The home of the given environment, where that is not the process's own. */
function at<T extends Provider>(home: string, provider: T): T {
  return Object.assign(provider, { homedir: home });
}

async function ask(source: string, provider: Provider): Promise<Credentials> {
  const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
  return { accessKeyId, accessKeySecret, securityToken: securityToken || undefined, source };
}

/** The vendor's messages repeat whole files and answers, keys included: only their beginning and an error code are safe. */
function failureOf(name: string, error: unknown): Failure {
  const { message, name: kind } = error instanceof Error ? error : new Error(String(error));
  const [, code] = /"Code"\s*:\s*"([\w.-]{1,80})"/.exec(message) ?? [];
  const [beginning = ''] = message.split(/[:"{<]/);
  const reason = kind === 'RequestTimeoutError' ? 'no answer in time' : beginning.trim();
  return {
    name,
    reason: presentable(code ? `${reason} (${code})` : reason, []),
    expired: /expired/i.test(code ?? ''),
  };
}

function noneGave(failures: readonly Failure[]): DnsError {
  const expired = failures.some((failure) => failure.expired);
  return new DnsError(
    expired ? 'AUTH_EXPIRED' : 'AUTH_INVALID',
    `No credentials for Alibaba Cloud DNS came from ${failures.map(({ name, reason }) => `${name} (${reason})`).join(', nor from ')}.`,
    {
      provider: manifest.id,
      hint: `Check ${failures.map(({ name }) => name).join(', ')}, or set an AccessKey in the environment.`,
    },
  );
}
