import type { Content, FunctionCall, GenerateRequest, Part } from './gemini-wire.ts'
import type { FunctionResult, ModelRequest, RequestPicture, UserMessage } from './script.ts'

/** Makes a valid request easy to decide upon. */
export function readRequest(body: GenerateRequest, { modelId, isStreaming }: { modelId: string; isStreaming: boolean }): ModelRequest {
  const { systemInstruction, tools, generationConfig } = body
  const wantsJson = generationConfig?.responseMimeType === 'application/json'
  return {
    modelId,
    isStreaming,
    body,
    systemText: (systemInstruction?.parts ?? []).map(part => part.text).join('\n\n'),
    openMessages: readOpenMessages(body.contents),
    functions: new Map((tools ?? []).flatMap(tool => tool.functionDeclarations).map(declaration => [declaration.name, declaration])),
    responseSchema: wantsJson ? (generationConfig.responseJsonSchema ?? generationConfig.responseSchema ?? {}) : undefined
  }
}

function readOpenMessages(contents: readonly Content[]): [UserMessage, ...UserMessage[]] {
  const lastFinalAnswer = contents.findLastIndex(content => content.role === 'model' && !content.parts.some(part => part.functionCall))
  const messages: UserMessage[] = []
  let pendingCalls: FunctionCall[] = []
  for (const content of contents.slice(lastFinalAnswer + 1)) {
    if (content.role === 'model') {
      pendingCalls = content.parts.flatMap(part => part.functionCall ?? [])
      continue
    }
    const results = content.parts.flatMap(part => resultOf(part, pendingCalls))
    for (const message of messages) message.results.push(...results)
    const text = content.parts.flatMap(part => part.text ?? []).join('\n')
    const pictures = picturesOf(content.parts)
    if (text !== '' || pictures.length > 0) messages.push({ text, pictures, results: [] })
  }
  const [newest, ...older] = messages.toReversed()
  return [newest ?? { text: '', pictures: [], results: [] }, ...older]
}

function resultOf({ functionResponse }: Part, calls: readonly FunctionCall[]): FunctionResult[] {
  if (!functionResponse) return []
  const call = calls.find(({ id, name }) => id === functionResponse.id && name === functionResponse.name)
  return [{ name: functionResponse.name, arguments: call?.args ?? {}, response: functionResponse.response }]
}

function picturesOf(parts: readonly Part[]): RequestPicture[] {
  return parts.flatMap(({ inlineData }, index) => {
    if (!inlineData) return []
    return [{ mimeType: inlineData.mimeType, bytes: Buffer.from(inlineData.data, 'base64'), label: parts[index - 1]?.text ?? '' }]
  })
}
