import { BlockList, isIP } from 'node:net'

/** Carries the address to better-auth. Always overwritten, so it cannot be forged. */
export const CLIENT_ADDRESS_HEADER = 'x-purser-client-address'

/** Tells the real client from the proxies in front: the entry that the outermost trusted proxy added. */
export function createAddressReader(trustedProxies: readonly string[]) {
  const trusted = new BlockList()
  for (const proxy of trustedProxies) {
    const [address = '', prefix] = proxy.trim().split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix) trusted.addSubnet(address, Number(prefix), family)
    else trusted.addAddress(address, family)
  }
  const isTrusted = (address: string) =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

  return (socketAddress: string | undefined, forwardedFor: string | undefined): string => {
    const hops = (forwardedFor ?? '').split(',').map(plainAddress)
    let client = plainAddress(socketAddress ?? '')
    while (isIP(client) && isTrusted(client)) {
      const next = hops.pop()
      if (!next || !isIP(next)) break
      client = next
    }
    return client || 'unknown'
  }
}

/** Node writes IPv4 clients of a dual-stack socket as ::ffff:1.2.3.4. */
function plainAddress(address: string): string {
  return address.trim().replace(/^::ffff:/i, '')
}
