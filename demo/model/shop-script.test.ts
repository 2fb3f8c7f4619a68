import { readFileSync } from 'node:fs'
import { createGoogle } from '@ai-sdk/google'
import { generateText, isStepCount, type ModelMessage, Output, type ToolSet, tool } from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findBug, fixOf } from './bugs.ts'
import { type ScriptedModel, startScriptedModel } from './server.ts'
import { scriptedBugs, shopScript } from './shop-script.ts'
import { tinyPng } from './test-pictures.ts'

let server: ScriptedModel
beforeAll(async () => {
  server = await startScriptedModel({ script: async request => ({ ...(await shopScript(request)), thinkMs: 0, msPerWord: 0 }) })
})
afterAll(() => server.close())

/** The shop's files as the tools see them; each test begins with the real ones. */
let files: Map<string, string>
beforeEach(() => {
  files = new Map(scriptedBugs.map(({ file }) => [file, readFileSync(new URL(`../shop/${file}`, import.meta.url), 'utf8')]))
})

const found = (path: string) => {
  const content = files.get(path)
  if (content === undefined) throw new Error(`There is nothing at this path: ${path}`)
  return content
}

/** Tools that answer in words, as Fixpoint's do. */
const tools = {
  search: tool({
    description: 'Search',
    inputSchema: z.object({
      pattern: z.string().optional(),
      glob: z.string().optional(),
      literal: z.boolean().optional(),
      ignoreCase: z.boolean().optional()
    }),
    execute: async ({ pattern = '' }) => {
      const lines = [...files].flatMap(([path, content]) => content.split('\n').map((line, index) => `${path}:${index + 1}: ${line}`))
      return lines.filter(line => line.includes(pattern)).join('\n') || 'Nothing found.'
    }
  }),
  read: tool({
    description: 'Read',
    inputSchema: z.object({ path: z.string(), fromLine: z.number().optional() }),
    execute: async ({ path }) =>
      found(path)
        .split('\n')
        .map((line, index) => `${String(index + 1).padStart(5)}  ${line}`)
        .join('\n')
  }),
  edit: tool({
    description: 'Edit',
    inputSchema: z.object({
      path: z.string(),
      edits: z.array(z.object({ oldText: z.string(), newText: z.string(), all: z.boolean().optional() }))
    }),
    execute: async ({ path, edits }) => {
      let content = found(path)
      for (const { oldText, newText } of edits) {
        if (content.split(oldText).length !== 2) throw new Error('The text to replace is not in the file.\nRead the file again.')
        content = content.replace(oldText, () => newText)
      }
      files.set(path, content)
      return `Edited ${path}.`
    }
  })
}

async function ask(messages: ModelMessage[], withTools: ToolSet = tools) {
  const model = createGoogle({ baseURL: server.url, apiKey: server.apiKey })('gemini-3.5-flash')
  return await generateText({ model, tools: withTools, stopWhen: isStepCount(12), messages, maxRetries: 0 })
}

const request = (content: string): ModelMessage => ({ role: 'user', content })
const fixed = (file: string) => {
  const bug = scriptedBugs.find(candidate => candidate.file === file)
  return (bug ? fixOf(bug) : []).reduce(
    (content, { oldText, newText }) => content.replace(oldText, () => newText),
    readFileSync(new URL(`../shop/${file}`, import.meta.url), 'utf8')
  )
}

describe('the three bugs', () => {
  it.each(scriptedBugs)('fixes “$request” the way an agent would', async bug => {
    const result = await ask([request(bug.request)])
    expect(result.steps.map(step => step.toolCalls.map(call => call.toolName).join())).toEqual(['search', 'read', 'edit', ''])
    expect(result.steps.every(step => step.text !== '')).toBe(true)
    expect(files.get(bug.file)).toBe(fixed(bug.file))
    expect([...files].filter(([path, content]) => path !== bug.file && content === fixed(path))).toEqual([])
    expect(result.text).toContain('`')
    expect(server.rejections).toEqual([])
  })

  it('fixes two in one go', async () => {
    await ask([request('line up the price and fix the plural')])
    expect(files.get('src/components/PriceTag.css')).toBe(fixed('src/components/PriceTag.css'))
    expect(files.get('src/text/format-count.ts')).toBe(fixed('src/text/format-count.ts'))
  })

  it('finds the shop in a subfolder', async () => {
    files = new Map([...files].map(([path, content]) => [`apps/shop/${path}`, content]))
    await ask([request('wrong plural')])
    expect(files.get('apps/shop/src/text/format-count.ts')).toBe(fixed('src/text/format-count.ts'))
  })

  it('goes on where it was when something was said in between', async () => {
    const messages = [request('wrong plural\n\nProject: Saltmarsh')]
    const begun = await generateText({
      model: createGoogle({ baseURL: server.url, apiKey: server.apiKey })('gemini-3.5-flash'),
      tools,
      stopWhen: isStepCount(2),
      messages,
      maxRetries: 0
    })
    const result = await ask([
      ...messages,
      ...begun.responseMessages,
      request('The sandbox was replaced by a new one; your changes are in it.')
    ])
    expect(result.steps.map(step => step.toolCalls.map(call => call.toolName).join())).toEqual(['edit', ''])
    expect(files.get('src/text/format-count.ts')).toBe(fixed('src/text/format-count.ts'))
  })
})

describe('where there is nothing to fix', () => {
  it('says that it is right already', async () => {
    const { file, request: words } = findBug('price-out-of-line')
    files.set(file, fixed(file))
    const result = await ask([request(words)])
    expect(result.text).toContain('right already')
    expect(files.get(file)).toBe(fixed(file))
  })

  it('says so in the second turn, too', async () => {
    const messages = [request('wrong plural')]
    const first = await ask(messages)
    const second = await ask([...messages, ...first.responseMessages, request('the plural is still wrong')])
    expect(second.text).toContain('right already')
  })

  it('leaves a file alone that it does not know', async () => {
    files.set('src/text/format-count.ts', 'export const formatCount = String\n')
    const result = await ask([request('wrong plural')])
    expect(result.text).toContain('not as I know it')
    expect(files.get('src/text/format-count.ts')).toBe('export const formatCount = String\n')
  })

  it('says what went wrong when the file is gone', async () => {
    files.clear()
    const result = await ask([request('wrong plural')])
    expect(result.text).toContain('could not read `src/text/format-count.ts`: There is nothing at this path')
  })

  it('says what went wrong when the edit is not taken', async () => {
    const edit = tool({
      ...tools.edit,
      execute: async (): Promise<string> => {
        throw new Error('The file has changed since it was read')
      }
    })
    const result = await ask([request('wrong plural')], { ...tools, edit })
    expect(result.text).toContain('was not taken: The file has changed since it was read.')
    expect(result.steps).toHaveLength(4)
  })

  it.each(['make the header sticky', 'Hello!', 'the page scrolls sideways on my phone'])('is honest about “%s”', async words => {
    const result = await ask([request(words)])
    expect(result.steps).toHaveLength(1)
    expect(result.text).toMatch(/scripted demo model.*changed nothing.*GOOGLE_GENERATIVE_AI_API_KEY/s)
    for (const bug of scriptedBugs) expect(result.text).toContain(bug.request)
  })

  it('does not take an earlier request for this one', async () => {
    const messages = [request('wrong plural')]
    const first = await ask(messages)
    const second = await ask([...messages, ...first.responseMessages, request('make the header sticky')])
    expect(second.text).toContain('scripted demo model')
  })
})

describe('other tools than it knows', () => {
  it('leaves away what a search does not take', async () => {
    const search = tool({
      description: 'Search',
      inputSchema: z.strictObject({ pattern: z.string() }),
      execute: async () => 'Nothing found.'
    })
    await ask([request('wrong plural')], { ...tools, search })
    expect(files.get('src/text/format-count.ts')).toBe(fixed('src/text/format-count.ts'))
  })

  it('says which tool it lacks', async () => {
    const { edit: _, ...withoutEdit } = tools
    expect((await ask([request('wrong plural')], withoutEdit)).text).toContain('I need “edit” with path, edits')
    const otherEdit = tool({ description: 'Edit', inputSchema: z.object({ path: z.string(), patch: z.string() }), execute: async () => '' })
    expect((await ask([request('wrong plural')], { ...tools, edit: otherEdit })).text).toContain('I need “edit” with path, edits')
  })
})

describe('the opinion on two pictures', () => {
  const schema = z.object({ answer: z.enum(['fixed', 'not_fixed', 'unsure']), reasons: z.array(z.string().max(500)).max(6) })
  const judge = async (words: string, pictures: Array<[string, Buffer]>) => {
    const model = createGoogle({ baseURL: server.url, apiKey: server.apiKey })('gemini-3.5-flash')
    const parts = pictures.flatMap(([label, data]) => [
      ...(label === '' ? [] : [{ type: 'text' as const, text: label }]),
      { type: 'file' as const, mediaType: 'image/png', data }
    ])
    const content: ModelMessage = { role: 'user', content: [{ type: 'text', text: words }, ...parts] }
    return (await generateText({ model, output: Output.object({ schema }), messages: [content], maxRetries: 0 })).output
  }

  it('is “fixed” where it knows the request and the pictures differ', async () => {
    const { answer, reasons } = await judge('line this up with the others', [
      ['', tinyPng(1)],
      ['', tinyPng(2)]
    ])
    expect(answer).toBe('fixed')
    expect(reasons.join(' ')).toMatch(
      /scripted demo model.*compared the files.*differ \(1 × 1 px before, 1 × 1 px after\).*Line the sale prices up/s
    )
  })

  it('is “unsure” where the pictures are the same', async () => {
    const { answer, reasons } = await judge('line this up with the others', [
      ['', tinyPng(1)],
      ['', tinyPng(1)]
    ])
    expect(answer).toBe('unsure')
    expect(reasons.join(' ')).toContain('the same, byte for byte')
  })

  it('is “unsure” about any other request', async () => {
    const { answer } = await judge('make the header sticky', [
      ['', tinyPng(1)],
      ['', tinyPng(2)]
    ])
    expect(answer).toBe('unsure')
  })

  it('goes by the words in front of the pictures where there are more', async () => {
    const pictures = (afterCrop: number): Array<[string, Buffer]> => [
      ['Element before', tinyPng(1)],
      ['Element after', tinyPng(afterCrop)],
      ['Page before', tinyPng(3)],
      ['Page after', tinyPng(3)]
    ]
    expect((await judge('wrong plural', pictures(2))).answer).toBe('fixed')
    expect((await judge('wrong plural', pictures(1))).answer).toBe('unsure')
  })

  it('is “unsure” about pictures that it cannot tell apart, or only one', async () => {
    const three: Array<[string, Buffer]> = [
      ['', tinyPng(1)],
      ['', tinyPng(2)],
      ['', tinyPng(3)]
    ]
    expect((await judge('wrong plural', three)).answer).toBe('unsure')
    expect((await judge('wrong plural', three.slice(0, 1))).answer).toBe('unsure')
  })

  it('does not compare files that are no PNG', async () => {
    const jpeg = (last: number) => Buffer.from([0xff, 0xd8, 0xff, last])
    const model = createGoogle({ baseURL: server.url, apiKey: server.apiKey })('gemini-3.5-flash')
    const file = (data: Buffer) => ({ type: 'file' as const, mediaType: 'image/jpeg', data })
    const content: ModelMessage = { role: 'user', content: [{ type: 'text', text: 'wrong plural' }, file(jpeg(1)), file(jpeg(2))] }
    const { output } = await generateText({ model, output: Output.object({ schema }), messages: [content], maxRetries: 0 })
    expect(output.answer).toBe('unsure')
    expect(output.reasons.join(' ')).toContain('not a PNG file')
  })
})

it('gives a title where one is asked for', async () => {
  const model = createGoogle({ baseURL: server.url, apiKey: server.apiKey })('gemini-3.5-flash')
  const output = Output.object({ schema: z.object({ title: z.string().max(72) }) })
  const result = await generateText({ model, output, prompt: 'line this up with the others', maxRetries: 0 })
  expect(result.output.title).toBe('Line the sale prices up with the others')
})
