import { artifactIdSchema, toolCallIdSchema } from '@fixpoint/protocol'
import { modelMessageSchema } from 'ai'
import { z } from 'zod'

/** What is kept of a step, so that the conversation can be built again after a restart. */
export const stepRecordSchema = z.object({
  /** Provider and id of the model that answered, as `modelName` gives it. */
  model: z.string(),
  /** The assistant's messages as the provider needs them again, with its signatures. */
  messages: z.array(modelMessageSchema),
  calls: z.array(
    z.object({ callId: toolCallIdSchema, toolCallId: z.string(), tool: z.string(), input: z.unknown(), problem: z.string().nullable() })
  )
})
export type StepRecord = z.infer<typeof stepRecordSchema>

/** What the model is told a call came to. */
export const resultRecordSchema = z.object({ text: z.string(), isError: z.boolean(), pictures: z.array(artifactIdSchema) })
export type ResultRecord = z.infer<typeof resultRecordSchema>
