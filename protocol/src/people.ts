import { z } from 'zod'
import { personIdSchema } from './ids.ts'
import { storableText } from './text.ts'

/** Who asked. The e-mail address is used for the authorship of commits and nothing else. */
export const personSchema = z
  .object({
    personId: personIdSchema,
    name: storableText(100).min(1),
    email: z.email().max(200)
  })
  .meta({ id: 'Person' })
export type Person = z.infer<typeof personSchema>
