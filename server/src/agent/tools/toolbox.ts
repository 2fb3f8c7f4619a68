import { tool as declareTool, type ToolSet } from 'ai'
import { bashTool } from './bash.ts'
import { editTool } from './edit.ts'
import { lookTool } from './look.ts'
import { proveTool } from './prove.ts'
import { readTool } from './read.ts'
import { searchTool } from './search.ts'
import type { Tool } from './tool.ts'
import { writeTool } from './write.ts'

/** Few, sharp tools. */
const toolbox: readonly Tool[] = [readTool, searchTool, editTool, writeTool, bashTool, lookTool, proveTool]

/** How the model is told of them: without code, since every call is recorded before it runs. */
export const toolDeclarations: ToolSet = Object.fromEntries(
  toolbox.map(({ name, description, input }) => [name, declareTool({ description, inputSchema: input })])
)

export function findTool(name: string): Tool | undefined {
  return toolbox.find(candidate => candidate.name === name)
}
