import { FixpointError, type RouteName } from '@fixpoint/protocol'
import type { Request } from 'express'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Caller } from '../auth/tokens.ts'

/** Requests that one token may make in a minute. */
const PER_TOKEN = { points: 1_000, duration: 60 }
/** Requests without a token that one address may make in a minute. */
const PER_ADDRESS = { points: 300, duration: 60 }
/** Attempts at a pairing code that one address may make in ten minutes. */
const PAIRING = { points: 10, duration: 600 }

/** Counts requests and refuses those beyond the limits. @throws FixpointError `rate_limited`, with Retry-After set. */
export function createRateLimits(): (request: Request, caller: Caller | null, route: RouteName) => Promise<void> {
  const tokens = new RateLimiterMemory(PER_TOKEN)
  const addresses = new RateLimiterMemory(PER_ADDRESS)
  const pairing = new RateLimiterMemory(PAIRING)
  return async (request, caller, route) => {
    const address = request.socket.remoteAddress ?? 'unknown'
    if (caller) await consume(tokens, caller.tokenId, request, PER_TOKEN)
    else if (route === 'pair') await consume(pairing, address, request, PAIRING)
    else await consume(addresses, address, request, PER_ADDRESS)
  }
}

async function consume(
  limiter: RateLimiterMemory,
  key: string,
  request: Request,
  { points, duration }: { points: number; duration: number }
): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))
    request.res?.setHeader('Retry-After', String(seconds))
    throw new FixpointError(
      'rate_limited',
      `More than ${points} requests came within ${duration} seconds; the next is taken in ${seconds} s.`,
      { limit: points }
    )
  }
}
