import { z } from 'zod'
import { defineTool } from './tool.ts'

export const proveTool = defineTool({
  name: 'prove',
  description:
    'Check your change before you finish: takes the after picture, compares it with the one from before, and runs the project’s checks. Tells what would stand on the proof card. The proof is also taken at the end without being asked for.',
  input: z.object({}),
  changesFiles: false,
  title: () => 'check the change',
  run: (_input, { prove }) => prove()
})
