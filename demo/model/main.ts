import { parseArgs } from 'node:util'
import { startScriptedModel } from './server.ts'
import { shopScript } from './shop-script.ts'

/** Serves the demo shop's scripted model: `node demo/model/main.ts --port 4100`. Prints its address as a line of JSON. */
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })

const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`“${values.port}” is no port; use --port with a number from 0 to 65535.`)
  process.exit(2)
}

const model = await startScriptedModel({ script: shopScript, port, remembered: 0, acceptsSkippedSignatures: true })
console.log(JSON.stringify({ url: model.url, apiKey: model.apiKey }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void model.close())
