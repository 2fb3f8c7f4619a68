import { expect, test } from 'vitest'
import { commandEnvironment } from './command-environment.ts'

test('passes on what programs need, and nothing else', () => {
  const environment = commandEnvironment({
    PATH: '/usr/bin',
    HOME: '/home/fixpoint',
    https_proxy: 'http://127.0.0.1:3128',
    HTTPS_PROXY: 'http://127.0.0.1:3128',
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: '/ca.crt',
    npm_config_cafile: '/ca.crt',
    REQUESTS_CA_BUNDLE: '/ca.crt',
    NODE_OPTIONS: '--inspect',
    NODE_COMPILE_CACHE: '/opt/cache',
    FIXPOINT_WORKSPACE: '/workspace',
    GOOGLE_GENERATIVE_AI_API_KEY: 'secret',
    LD_PRELOAD: '/x.so',
    BASH_ENV: '/x.sh',
    GIT_DIR: '/elsewhere',
    MY_PATH: '/x'
  })
  expect(environment).toMatchObject({ PATH: '/usr/bin', https_proxy: 'http://127.0.0.1:3128', NODE_USE_ENV_PROXY: '1', TERM: 'dumb' })
  expect(Object.keys(environment).sort()).toEqual([
    'GIT_EDITOR',
    'GIT_PAGER',
    'GIT_TERMINAL_PROMPT',
    'HOME',
    'HTTPS_PROXY',
    'LANG',
    'NODE_EXTRA_CA_CERTS',
    'NODE_USE_ENV_PROXY',
    'NO_COLOR',
    'PAGER',
    'PATH',
    'PYTHONUNBUFFERED',
    'REQUESTS_CA_BUNDLE',
    'TERM',
    'https_proxy',
    'npm_config_cafile'
  ])
})
