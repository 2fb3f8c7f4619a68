import type { Content, FunctionCall, FunctionResponse, GenerateRequest, InlineData } from './gemini-wire.ts'
import { isSignatureOf } from './thought-signature.ts'

/** What @ai-sdk/google sends in place of a signature that its caller has lost. */
const SKIPPED_SIGNATURE = 'skip_thought_signature_validator'

export interface RuleOptions {
  /** Accept calls whose signature was replaced by the documented placeholder, as Gemini does. */
  acceptsSkippedSignatures: boolean
}

/** Why Gemini would answer 400 to a request that has the right form, or undefined where it would not. */
export function brokenRule(request: GenerateRequest, options: RuleOptions): string | undefined {
  return (
    brokenToolRule(request) ?? brokenOrderRule(request.contents) ?? brokenCallRule(request, options) ?? brokenPictureRule(request.contents)
  )
}

function brokenToolRule({ tools, toolConfig, generationConfig }: GenerateRequest): string | undefined {
  const names = declaredNames(tools)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `Duplicate function declaration found: ${twice}`
  if (toolConfig && names.length === 0) return 'Function calling config is set without function_declarations.'
  const unknown = toolConfig?.functionCallingConfig.allowedFunctionNames?.find(name => !names.includes(name))
  if (unknown !== undefined) return `allowed_function_names has "${unknown}", which is not declared.`
  const wantsSchema = generationConfig?.responseJsonSchema ?? generationConfig?.responseSchema
  if (wantsSchema && generationConfig?.responseMimeType !== 'application/json')
    return 'A response schema needs the response mime type application/json.'
  return undefined
}

function declaredNames(tools: GenerateRequest['tools']): string[] {
  return (tools ?? []).flatMap(tool => tool.functionDeclarations.map(declaration => declaration.name))
}

function brokenOrderRule(contents: readonly Content[]): string | undefined {
  if (contents[0]?.role !== 'user') return 'The conversation must start with a user turn.'
  if (contents.at(-1)?.role !== 'user') return 'Please ensure that single turn requests end with a user role or the role field is empty.'
  for (const [index, content] of contents.entries()) {
    const calls = callsOf(content)
    const responses = responsesOf(content)
    if (content.role === 'user' && calls.length > 0) return `contents[${index}]: a function call must be in a model turn.`
    if (content.role === 'model' && responses.length > 0) return `contents[${index}]: a function response must be in a user turn.`
    const previous = contents[index - 1]
    const awaited = previous ? callsOf(previous) : []
    if (responses.length !== awaited.length) {
      return `contents[${index}]: Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.`
    }
    const unasked = responses.find(response => !awaited.some(call => answers(response, call)))
    if (unasked)
      return `contents[${index}]: the function response "${unasked.name}" (${unasked.id ?? 'no id'}) has no matching function call.`
  }
  return undefined
}

function answers(response: FunctionResponse, call: FunctionCall): boolean {
  return response.name === call.name && response.id === call.id
}

function brokenCallRule({ contents, tools }: GenerateRequest, options: RuleOptions): string | undefined {
  const names = declaredNames(tools)
  for (const [index, content] of contents.entries()) {
    const [first, ...rest] = content.parts.filter(part => part.functionCall !== undefined)
    for (const part of first ? [first, ...rest] : []) {
      const name = part.functionCall?.name ?? ''
      if (!names.includes(name)) return `contents[${index}]: the function "${name}" was called before but is not declared in tools.`
      // Of parallel calls only the first one is signed.
      if (part !== first && part.thoughtSignature === undefined) continue
      if (part.thoughtSignature === undefined || (part.thoughtSignature === SKIPPED_SIGNATURE && !options.acceptsSkippedSignatures)) {
        return `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly. Function call \`${name}\`, position ${index}.`
      }
      if (part.thoughtSignature !== SKIPPED_SIGNATURE && !isSignatureOf(part.thoughtSignature, name)) {
        return `contents[${index}]: Corrupted thought signature of the function call \`${name}\`.`
      }
    }
  }
  return undefined
}

function brokenPictureRule(contents: readonly Content[]): string | undefined {
  for (const [index, content] of contents.entries()) {
    const pictures = content.parts.flatMap(part => [
      ...(part.inlineData ? [part.inlineData] : []),
      ...(part.functionResponse?.parts ?? []).map(({ inlineData }) => inlineData)
    ])
    const wrong = pictures.find(picture => !hasTypeItClaims(picture))
    if (wrong) return `contents[${index}]: Unable to process input image: the bytes are not ${wrong.mimeType}.`
  }
  return undefined
}

/** First bytes of the pictures that Gemini takes, as Latin-1. */
const firstBytes: Record<string, RegExp> = {
  'image/png': /^\x89PNG\r\n\x1a\n/,
  'image/jpeg': /^\xff\xd8\xff/,
  'image/webp': /^RIFF[\s\S]{4}WEBP/
}

function hasTypeItClaims({ mimeType, data }: InlineData): boolean {
  const expected = firstBytes[mimeType]
  if (expected) return expected.test(Buffer.from(data.slice(0, 64), 'base64').toString('latin1'))
  return mimeType === 'text/plain' || mimeType === 'application/pdf'
}

function callsOf(content: Content): FunctionCall[] {
  return content.parts.flatMap(part => part.functionCall ?? [])
}

function responsesOf(content: Content): FunctionResponse[] {
  return content.parts.flatMap(part => part.functionResponse ?? [])
}
