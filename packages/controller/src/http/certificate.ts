/** What is wrong with a certificate, by the codes of https://nodejs.org/api/tls.html#x509-certificate-error-codes. */
const FAULTS: ReadonlyMap<string, string> = new Map([
  ["ERR_TLS_CERT_ALTNAME_INVALID", "is for another name: use the name that is in it"],
  ["CERT_HAS_EXPIRED", "has expired: renew it, and check this machine's clock"],
  ["CERT_NOT_YET_VALID", "is not valid yet: check this machine's clock"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "is signed by itself: name its file in NODE_EXTRA_CA_CERTS"],
  [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "is of an authority that is not known here, e.g. a proxy's: name the authority's file in NODE_EXTRA_CA_CERTS",
  ],
  [
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "is of an authority that is not known here: name the authority's file in NODE_EXTRA_CA_CERTS",
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "comes without those of its authorities: let the server send all of them, or name the authority's file in NODE_EXTRA_CA_CERTS",
  ],
]);

/** The same by OpenSSL's words, for a library that hides the code. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/does not match certificate's altnames/i, "ERR_TLS_CERT_ALTNAME_INVALID"],
  [/certificate has expired/i, "CERT_HAS_EXPIRED"],
  [/certificate is not yet valid/i, "CERT_NOT_YET_VALID"],
  [/self-signed certificate in certificate chain/i, "SELF_SIGNED_CERT_IN_CHAIN"],
  [/self-signed certificate/i, "DEPTH_ZERO_SELF_SIGNED_CERT"],
  [/unable to get local issuer certificate/i, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
  [/unable to verify the first certificate/i, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
];

/** Returns why a connection failed if the server's certificate is the reason, and what to do; else null. */
export function certificateFault(error: unknown, host: string): string | null {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const byCode = typeof code === "string" && FAULTS.has(code) ? code : undefined;
  const found = byCode ?? WORDS.find(([words]) => typeof message === "string" && words.test(message))?.[1];
  return found === undefined ? null : `the certificate of ${host} ${FAULTS.get(found) ?? ""} (${found})`;
}
