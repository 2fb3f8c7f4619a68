export { type SeededBug, seededBugs } from './bugs.ts'
export type { Answer, AnswerPart, Fault, FunctionResult, ModelRequest, Reply, RequestPicture, Script, UserMessage } from './script.ts'
export { type Rejection, type ScriptedModel, type ScriptedModelOptions, startScriptedModel } from './server.ts'
export { scriptedBugs, shopScript } from './shop-script.ts'
