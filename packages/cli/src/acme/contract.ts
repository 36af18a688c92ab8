// What acme-client gives to its callbacks, as far as it is needed here: its own types are wider, and its package is not needed to read these.

/** An authorization of RFC 8555: what a certificate authority wants to see proved. */
export interface Authorization {
  /** For `*.example.com` it is `example.com`, as the challenges of both stand at the same name. */
  identifier: { type: string; value: string };
}

/** One way to prove it. */
export interface Challenge {
  /** `dns-01`, `http-01`, … */
  type: string;
}

/**
 * A callback of acme-client's `auto()`.
 *
 * @param keyAuthorization for `dns-01` the digest that stands in the record (acme-client, `getChallengeKeyAuthorization`)
 */
export type ChallengeFn = (
  authorization: Authorization,
  challenge: Challenge,
  keyAuthorization: string,
) => Promise<void>;
