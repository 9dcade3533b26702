/**
 * Which exported names no system library can ask for: those of the libraries that are linked into
 * Node. What the C and C++ runtimes define or need keeps its name, since they bind to ours first.
 */

/** `_ZTV`, `_ZGV`, … before a name, `_ZN`, `_ZNK`, … before its scopes. */
const runtimeScope =
  /^_Z(?:T[VTISCWH]|G(?:[VRA]|T[tn])|T[hvc](?:n?\d+_)+)*(?:N[KVrRO]*)?(?:S[tabsiod]|\d+__(?:gnu|cxx)|n[wa]|d[la]|nw|cv)/;

/** Of C libraries inside Node, each with names that begin by its own. */
const prefixes = `
  ossl OSSL OPENSSL EVP evp X509 X509V3 SSL ssl ssl3 i2d d2i ASN1 BIO BN bn tls tls1
  dtls1 EC TS CMS PEM OCSP ENGINE RSA CRYPTO PKCS12 PKCS7 ERR DSA DH UI SCT DES OBJ
  WPACKET SRP mbedtls psa ares nghttp2 nghttp3 ngtcp2 llhttp ada sqlite3 v8dbg temporal
  ZSTD HUF uv uv_ napi node_api u uprv ucnv uset ucol uhash ucal ures uloc utext
  Builtins v8`;
const prefix = new RegExp(`^(?:${prefixes.trim().split(/\s+/).join('|')})_`);

export function isForeignName(name: string): boolean {
  return name.startsWith('_Z') ? !runtimeScope.test(name) : prefix.test(name);
}
