import type { ArchiveFiles } from './archive.ts'

/** A key in PEM: the line that opens it, then base64, perhaps within a string of source code. Libraries name the line alone; that is no key. */
const PEM = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\[nr]|["'`+,])*[A-Za-z0-9+/=]{32}/

/** The fixed beginnings of RSA and EC keys in PKCS#8 and PKCS#1 (RFC 5958, RFC 8017), without the lengths before them. */
const DER = [
  '020100300d06092a864886f70d010101050004', // PKCS#8, RSA
  '020100301306072a8648ce3d0201', // PKCS#8, EC
  '0201000282010100', // PKCS#1, 2,048 bits
  '0201000282018100', // PKCS#1, 3,072 bits
  '0201000282020100' // PKCS#1, 4,096 bits
].map(text => Buffer.from(text, 'hex'))

/** The same in base64; the lengths before them move the text by no letter, as they take three or four bytes in all usual keys. The
 * [G] keeps this line from being taken for a key itself. */
const BASE64 = /MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAAS|MIGHAgEAMBMGByqGSM49AgE[G]|MII[A-Za-z0-9+/]{3}IBAAKC/

const KEY_FILE = /\.(?:pem|key|p8|p12|pfx|jks)$/i

/** The first file of an extension that is or contains a private key; undefined where there is none. */
export function findPrivateKey(files: ArchiveFiles): string | undefined {
  for (const [path, content] of files) {
    if (KEY_FILE.test(path)) return path
    const text = content.toString('latin1')
    if (PEM.test(text) || BASE64.test(text)) return path
    if (DER.some(beginning => content.includes(beginning))) return path
  }
  return undefined
}
