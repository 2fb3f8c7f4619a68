import { z } from 'zod'

/** A rectangle in CSS pixels; x and y from the viewport's top left corner. */
export const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number().min(0), height: z.number().min(0) }).meta({ id: 'Box' })
export type Box = z.infer<typeof boxSchema>

/** What the person's window showed: sizes and scroll offsets in CSS pixels, device pixels per CSS pixel. */
export const viewportSchema = z
  .object({
    width: z.number().int().min(1).max(8192),
    height: z.number().int().min(1).max(8192),
    deviceScaleFactor: z.number().min(0.25).max(8),
    scrollX: z.number().min(0).max(1e7),
    scrollY: z.number().min(0).max(1e7)
  })
  .meta({ id: 'Viewport' })
export type Viewport = z.infer<typeof viewportSchema>

export const colorSchemeSchema = z.enum(['light', 'dark'])
export type ColorScheme = z.infer<typeof colorSchemeSchema>
