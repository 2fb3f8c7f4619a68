import { z } from 'zod'

/** A picture of one element, or why there is none by this way. */
export const elementPictureSchema = z.union([
  z.object({ dataUrl: z.string().max(14_000_000), width: z.number().int().min(1), height: z.number().int().min(1) }),
  /** `isRendererFailure`: another renderer may do better; otherwise nobody should try. */
  z.object({ reason: z.string().max(500), isRendererFailure: z.boolean() })
])
export type ElementPicture = z.infer<typeof elementPictureSchema>
