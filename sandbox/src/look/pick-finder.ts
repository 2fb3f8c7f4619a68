import { boxSchema } from '@fixpoint/protocol'
import type { PickSighting, PickTarget } from '@fixpoint/protocol/sandbox'
import { STYLE_PROPERTIES, TEST_ID_ATTRIBUTES } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import type { PageWorld } from './page-world.ts'

const foundSchema = z.array(z.object({ number: z.number(), foundBy: z.enum(['selector', 'test_id']).nullable() }))
const isFoundSchema = z.object({ isFound: z.boolean() })
const descriptionSchema = z
  .object({
    box: boxSchema,
    text: z.string(),
    styles: z.record(z.string(), z.string())
  })
  .nullable()

/** Finds the picked elements again and describes them; the page's world remembers them by their numbers. */
export async function findPicks(world: PageWorld, targets: PickTarget[]): Promise<PickSighting[]> {
  if (targets.length === 0) return []
  const found = await world.call(foundSchema, 'find', { targets, testIdAttributes: TEST_ID_ATTRIBUTES })
  const sightings: PickSighting[] = []
  for (const target of targets) {
    const direct = found.find(({ number }) => number === target.number)?.foundBy ?? undefined
    const foundBy = direct ?? (await findOtherwise(world, target))
    const description =
      foundBy === undefined
        ? null
        : await world.call(descriptionSchema, 'describe', { number: target.number, properties: STYLE_PROPERTIES })
    if (foundBy === undefined || description === null) {
      sightings.push({ number: target.number, found: false })
    } else {
      sightings.push({ number: target.number, found: true, foundBy, ...description, text: description.text.toWellFormed() })
    }
  }
  return sightings
}

async function findOtherwise(world: PageWorld, target: PickTarget): Promise<'role_and_name' | 'text' | undefined> {
  if (await world.chooseByRole(isFoundSchema, target)) return 'role_and_name'
  const { isFound } = await world.call(isFoundSchema, 'findByText', { target })
  return isFound ? 'text' : undefined
}
