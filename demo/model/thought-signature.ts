import { createHash } from 'node:crypto'

/**
 * Gemini 3 signs the first function call of each answer and wants the signature back with the call in every later request
 * (https://ai.google.dev/gemini-api/docs/thought-signatures). These are signed by a hash, so that a model that was started again still
 * knows what it said before. They are not bound to the arguments: clients fill in defaults before they send a call back.
 */
export function signatureOf(functionName: string, nonce: string): string {
  const signed = `${functionName}\n${nonce}`
  return Buffer.from(`${signed}\n${digestOf(signed)}`).toString('base64')
}

export function isSignatureOf(signature: string, functionName: string): boolean {
  const [name, nonce, digest] = Buffer.from(signature, 'base64').toString('utf8').split('\n')
  return name === functionName && nonce !== undefined && digest === digestOf(`${name}\n${nonce}`)
}

function digestOf(text: string): string {
  return createHash('sha256').update(`fixpoint scripted model\n${text}`).digest('base64url').slice(0, 22)
}
