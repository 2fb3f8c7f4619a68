import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { shopScript } from '@fixpoint/demo/model'
import { ExtensionBrowser } from './src/chromium.ts'
import { createShopWorld } from './src/shop-world.ts'

const world = await createShopWorld()
const browser = await ExtensionBrowser.launch({ extensionFolder: process.env.EXT ?? '/work/main/extension/.output/chrome-mv3' })
const ctx: any = {
  world,
  browser,
  shopScript,
  ExtensionBrowser,
  write: writeFileSync,
  sleep: (ms: number) => new Promise(r => setTimeout(r, ms))
}
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
createServer(async (req, res) => {
  const code = await text(req)
  if (code === 'QUIT') {
    res.end('bye')
    await browser.close()
    await world.remove()
    process.exit(0)
  }
  try {
    const v = await new AsyncFunction('c', `with(c){}; const {world,browser,panel,page,sleep,write}=c; ${code}`.replace('with(c){};', ''))(
      ctx
    )
    res.end(typeof v === 'string' ? v : (JSON.stringify(v, null, 1) ?? 'ok'))
  } catch (e: any) {
    res.end('ERR ' + e.stack)
  }
}).listen(5999, '127.0.0.1')
console.log('ready', world.shopUrl, world.server.url)
