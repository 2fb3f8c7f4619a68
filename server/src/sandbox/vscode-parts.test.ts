import { describe, expect, it } from 'vitest'
import { isLeftOutOfVsCode } from './vscode-parts.ts'

describe('what of code-server goes into the image', () => {
  it.each([
    'package.json',
    'out/node/entry.js',
    'lib/vscode/out/server-main.js',
    'lib/vscode/extensions/git',
    'lib/vscode/extensions/github-not-this-one',
    'lib/vscode/node_modules/node-pty/prebuilds/linux-x64/pty.node',
    'lib/vscode/node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg'
  ])('%s does', path => {
    expect(isLeftOutOfVsCode(path, 'amd64')).toBe(false)
  })

  it.each([
    'out/node/entry.js.map',
    'lib/vscode/extensions/copilot',
    'lib/vscode/extensions/copilot/package.json',
    'lib/vscode/node_modules/@github/copilot-sdk/index.js',
    'lib/vscode/node_modules/node-pty/prebuilds/linux-arm64/pty.node',
    'lib/vscode/node_modules/@vscode/ripgrep-universal/bin/darwin-arm64'
  ])('%s does not', path => {
    expect(isLeftOutOfVsCode(path, 'amd64')).toBe(true)
  })

  it('keeps what is for the other architecture there', () => {
    expect(isLeftOutOfVsCode('lib/vscode/node_modules/node-pty/prebuilds/linux-arm64/pty.node', 'arm64')).toBe(false)
  })
})
