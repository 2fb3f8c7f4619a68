import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * What kind of place an IP address leads to: `public` is the open internet; `private` is a network of someone's own or a range
 * that nothing public lives in; `closed` is loopback, cloud metadata, link-local, multicast and unspecified addresses, where a
 * sandbox has no business whatever the configuration says.
 */
export type AddressKind = 'public' | 'private' | 'closed'

/** IANA special-purpose registries for IPv4 and IPv6; metadata addresses from the cloud providers' documentation. */
const CLOSED_IPV4 = [
  '0.0.0.0/8', // this network
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local: metadata of AWS, Azure, GCP and most others
  '100.100.100.200/32', // metadata of Alibaba Cloud
  '168.63.129.16/32', // Azure's host
  '192.0.0.0/24', // protocol assignments; 192.0.0.192 is Oracle Cloud's metadata
  '224.0.0.0/4', // multicast
  '255.255.255.255/32' // broadcast
]
const PRIVATE_IPV4 = [
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT
  '172.16.0.0/12',
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '240.0.0.0/4' // reserved
]
const CLOSED_IPV6 = [
  'fd00:ec2::/32', // metadata of AWS
  'fd20:ce::254/128', // metadata of GCP
  'fe80::/10', // link-local
  'fec0::/10', // site-local, deprecated
  'ff00::/8' // multicast
]
/** The ranges within 2000::/3, the only block that public addresses are given out from, that are not public all the same. */
const PRIVATE_IPV6 = [
  '2001::/23', // protocol assignments, with Teredo, benchmarks and ORCHID
  '2001:db8::/32', // documentation
  '2620:4f:8000::/48', // AS112
  '3fff::/20' // documentation
]
const GLOBAL_UNICAST_IPV6 = ['2000::/3']

const closedIpv4 = blockList('ipv4', CLOSED_IPV4)
const privateIpv4 = blockList('ipv4', PRIVATE_IPV4)
const closedIpv6 = blockList('ipv6', CLOSED_IPV6)
const privateIpv6 = blockList('ipv6', PRIVATE_IPV6)
const globalIpv6 = blockList('ipv6', GLOBAL_UNICAST_IPV6)

/** @param address an IPv4 or IPv6 address in the form that a resolver gives; anything else is `closed`. */
export function addressKind(address: string): AddressKind {
  if (isIPv4(address)) return ipv4Kind(address)
  // A zone (fe80::1%eth0) only ever belongs to link-local addresses.
  if (!isIPv6(address) || address.includes('%')) return 'closed'
  const carried = carriedIpv4(groupsOf(address))
  // An IPv4 address in IPv6 clothes: closed stays closed, and the detour itself is nothing that a public host needs.
  if (carried !== undefined) return ipv4Kind(carried) === 'closed' ? 'closed' : 'private'
  if (closedIpv6.check(address, 'ipv6')) return 'closed'
  return globalIpv6.check(address, 'ipv6') && !privateIpv6.check(address, 'ipv6') ? 'public' : 'private'
}

function ipv4Kind(address: string): AddressKind {
  if (closedIpv4.check(address, 'ipv4')) return 'closed'
  return privateIpv4.check(address, 'ipv4') ? 'private' : 'public'
}

/** The eight 16-bit groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // WHATWG URLs write IPv6 addresses in one canonical form, without a dotted tail.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map(group => Number.parseInt(group, 16))
}

/** The IPv4 address that an IPv6 address stands for, where it is one of the forms that routers or kernels unwrap. */
function carriedIpv4(groups: number[]): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  const isMappedOrCompatible = a === 0 && b === 0 && c === 0 && d === 0 && (e === 0 || e === 0xffff) && (f === 0xffff || f === 0)
  if (isMappedOrCompatible) return dotted(g, h) // ::/96 (with :: and ::1), ::ffff:0:0/96, ::ffff:0:0:0/96
  if (a === 0x64 && b === 0xff9b) return dotted(g, h) // NAT64: 64:ff9b::/96 and the local 64:ff9b:1::/48
  if (a === 0x2002) return dotted(b, c) // 6to4
  return undefined
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

function blockList(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}
