import { z } from 'zod'

/** What a panel tells the background about itself, over a port: Chrome tells of the port's end whatever becomes of the panel. */
export const panelReportSchema = z.object({
  /** A prompt is on its way to the server. */
  isSending: z.boolean(),
  /** Something is written or picked and not sent, pointing goes on, or a turn runs in the session that is shown. */
  isBusy: z.boolean(),
  /** When a key or a button was last pressed in the panel, or it was opened; ms since 1970. */
  lastInputAt: z.number()
})
export type PanelReport = z.infer<typeof panelReportSchema>

export const PANEL_PORT = 'panel'
