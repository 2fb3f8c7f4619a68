import { describe, expect, test } from 'vitest'
import { addressKind } from './address.ts'

describe('addressKind', () => {
  test.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '198.20.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    '%s is public',
    address => expect(addressKind(address)).toBe('public')
  )

  test.each([
    ['10.0.0.1', 'a private network'],
    ['172.16.5.4', 'a private network'],
    ['192.168.1.1', 'a private network'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.80', 'documentation'],
    ['198.18.0.1', 'benchmarks'],
    ['240.0.0.1', 'reserved'],
    ['fd12:3456::1', 'a unique local network'],
    ['2001:db8::1', 'documentation'],
    ['2001:0:1::1', 'Teredo'],
    ['3fff::1', 'documentation'],
    ['100::1', 'discard'],
    ['64:ff9b::808:808', 'NAT64 of a public address'],
    ['64:ff9b:1::808:808', 'local NAT64'],
    ['2002:808:808::1', '6to4 of a public address'],
    ['::ffff:8.8.8.8', 'a mapped public address'],
    ['::ffff:10.0.0.1', 'a mapped private address']
  ])('%s (%s) is private', address => expect(addressKind(address)).toBe('private'))

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'this network'],
    ['169.254.169.254', 'metadata'],
    ['169.254.1.1', 'link-local'],
    ['168.63.129.16', 'Azure’s host'],
    ['100.100.100.200', 'Alibaba’s metadata'],
    ['192.0.0.192', 'Oracle’s metadata'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fd00:ec2::254', 'AWS’s metadata'],
    ['fd20:ce::254', 'GCP’s metadata'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local with a zone'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'mapped loopback'],
    ['::ffff:7f00:1', 'mapped loopback in hex'],
    ['::127.0.0.1', 'compatible loopback'],
    ['64:ff9b::7f00:1', 'NAT64 of loopback'],
    ['64:ff9b::a9fe:a9fe', 'NAT64 of metadata'],
    ['2002:7f00:1::', '6to4 of loopback'],
    ['2002:a9fe:a9fe::1', '6to4 of metadata'],
    ['::ffff:0:127.0.0.1', 'translated loopback'],
    ['not an address', 'nothing'],
    ['2130706433', 'a number'],
    ['0177.0.0.1', 'an octal spelling']
  ])('%s (%s) is closed to everyone', address => expect(addressKind(address)).toBe('closed'))
})
