/** Inputs that no client of good will sends (threats.md §4a), each with the one code that is its answer. */
import { API_LIMITS, type ErrorCode } from '@fixpoint/protocol'
import { PNG } from 'pngjs'
import { tinyContext } from './page-context.ts'
import type { PlainRequest } from './plain-http.ts'
import { TINY_ORIGIN } from './tiny-project.ts'

/** What there is on the server that the inputs are sent to; addresses of it are built from this when the tests run. */
export interface Places {
  url: string
  port: number
  token: string
  /** A session that nothing has been asked in. */
  idle: string
  /** Another one; `foreignArtifact` is its only artifact. */
  other: string
  foreignArtifact: string
  closed: string
  /** One prompt runs for as long as the tests do, and as many wait as may. */
  busy: string
  /** One prompt is done; it changed a file. */
  finished: string
  finishedPrompt: string
}

/** A picture of four transparent pixels. */
export const picture = PNG.sync.write(new PNG({ width: 2, height: 2 }))

const UNKNOWN_SESSION = 'ses_00000000000000000000'
const UNKNOWN_PROMPT = 'prm_00000000000000000000'
const NO_ARTIFACT = '0'.repeat(64)

export interface BadInput {
  name: string
  /** Built when the test runs, since sessions have ids by then. `Authorization` is added unless it is set; null leaves it out. */
  request: (there: Places) => Omit<PlainRequest, 'headers'> & { headers?: Record<string, string | string[] | null> }
  code: ErrorCode
  field?: string
  limit?: number
  /** Part of the sentence or of the hint, where threats name it. */
  says?: RegExp
}

export const json = (value: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof value === 'string' ? value : JSON.stringify(value)
})
const prompts = (sessionId: (there: Places) => string, value: unknown): BadInput['request'] => {
  return there => ({ ...json(value), path: `/api/sessions/${sessionId(there)}/prompts` })
}
const get = (path: string, headers: Record<string, string | string[] | null> = {}): BadInput['request'] => {
  return () => ({ path, headers })
}
const events = (query: string, headers: Record<string, string> = {}): BadInput['request'] => {
  return there => ({ path: `/api/sessions/${there.idle}/events${query}`, headers })
}
const upload = (mediaType: string, body: Uint8Array): BadInput['request'] => {
  return there => ({ method: 'POST', path: `/api/sessions/${there.idle}/artifacts`, headers: { 'content-type': mediaType }, body })
}
const context = (change: Record<string, unknown>) =>
  prompts(there => there.idle, { text: 'Line it up', context: { ...tinyContext('.price'), ...change } })
const pick = (change: Record<string, unknown>) => context({ picks: [{ ...tinyContext('.price').picks[0], ...change }] })

/** A PNG header that claims another size than the picture has. */
function pictureOfSize(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(picture)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

export const BAD_INPUTS: BadInput[] = [
  // Who asks
  { name: 'no token', request: get('/api/projects', { authorization: null }), code: 'auth_required' },
  { name: 'an empty token', request: get('/api/projects', { authorization: 'Bearer ' }), code: 'auth_required' },
  { name: 'another scheme', request: get('/api/projects', { authorization: 'Basic YWRtaW46YWRtaW4=' }), code: 'auth_required' },
  {
    name: 'two Authorization headers',
    request: there => get('/api/projects', { authorization: [`Bearer ${there.token}`, 'Bearer fxp_other'] })(there),
    code: 'auth_required'
  },
  { name: 'a wrong token', request: get('/api/projects', { authorization: `Bearer fxp_${'a'.repeat(43)}` }), code: 'token_invalid' },
  {
    name: 'a JSON web token that says it needs no signature',
    request: get('/api/projects', { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' }),
    code: 'token_invalid'
  },
  {
    name: 'the token with other case',
    request: there => get('/api/projects', { authorization: `Bearer ${swapCase(there.token)}` })(there),
    code: 'token_invalid'
  },
  {
    name: 'the token in the query',
    request: there => ({ path: `/api/projects?token=${there.token}`, headers: { authorization: null } }),
    code: 'auth_required'
  },
  { name: 'metrics without a token', request: get('/metrics', { authorization: null }), code: 'auth_required' },
  {
    name: 'a pairing code that nobody made',
    request: () => ({ ...json({ code: 'ABCD-EFGH', client: 'x' }), path: '/api/pair' }),
    code: 'pairing_code_invalid'
  },

  {
    name: 'a client that nobody connected',
    request: () => ({ method: 'DELETE', path: '/api/clients/tok_00000000000000000000' }),
    code: 'client_not_found'
  },
  {
    name: 'a client by what is no id',
    request: () => ({ method: 'DELETE', path: '/api/clients/..%2fcurrent' }),
    code: 'client_not_found'
  },

  // From where
  { name: 'a page of another origin', request: get('/api/projects', { origin: 'https://evil.example' }), code: 'origin_not_allowed' },
  { name: 'a page without an origin', request: get('/api/projects', { origin: 'null' }), code: 'origin_not_allowed' },
  {
    name: 'an origin that begins like ours',
    request: there => get('/api/projects', { origin: `${there.url}.evil.example` })(there),
    code: 'origin_not_allowed'
  },
  {
    name: 'another extension',
    request: get('/api/projects', { origin: 'chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }),
    code: 'origin_not_allowed'
  },
  {
    name: 'a preflight of another origin',
    request: () => ({
      method: 'OPTIONS',
      path: '/api/sessions',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    }),
    code: 'origin_not_allowed'
  },
  {
    name: 'the page of a project, which may not use the server itself',
    request: get('/api/projects', { origin: TINY_ORIGIN }),
    code: 'origin_not_allowed'
  },
  { name: 'a host name that is rebound to us', request: get('/api/projects', { host: 'evil.example' }), code: 'host_not_allowed' },
  {
    name: 'a host name that ends like ours',
    request: there => get('/healthz', { host: `127.0.0.1.evil.example:${there.port}` })(there),
    code: 'host_not_allowed'
  },
  { name: 'our host name with another port', request: get('/healthz', { host: '127.0.0.1:1' }), code: 'host_not_allowed' },

  // Bodies
  {
    name: 'a body that is not JSON',
    request: () => ({ ...json('{bad'), path: '/api/sessions' }),
    code: 'invalid_json',
    says: /line 1, column 2/
  },
  {
    name: 'a body that ends early',
    request: () => ({ ...json('{"projectId":\n"tiny"'), path: '/api/sessions' }),
    code: 'invalid_json',
    says: /line 2/
  },
  { name: 'an empty body', request: () => ({ ...json(''), path: '/api/sessions' }), code: 'invalid_parameter' },
  { name: 'a body that is a list', request: () => ({ ...json([]), path: '/api/sessions' }), code: 'invalid_parameter' },
  { name: 'a body that is null', request: () => ({ ...json('null'), path: '/api/sessions' }), code: 'invalid_parameter' },
  {
    name: '60,000 nested lists',
    request: prompts(there => there.idle, '['.repeat(60_000)),
    code: 'json_too_deep',
    limit: API_LIMITS.jsonDepth
  },
  {
    name: 'a body of 1.1 MB',
    request: prompts(there => there.idle, { text: 'x'.repeat(1_100_000) }),
    code: 'payload_too_large',
    limit: API_LIMITS.bodyBytes
  },
  {
    name: 'text/plain',
    request: () => ({ method: 'POST', path: '/api/sessions', headers: { 'content-type': 'text/plain' }, body: '{"projectId":"tiny"}' }),
    code: 'unsupported_media_type'
  },
  {
    name: 'a form, which any page may send',
    request: () => ({
      method: 'POST',
      path: '/api/sessions',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'projectId=tiny'
    }),
    code: 'unsupported_media_type'
  },
  {
    name: 'no content type',
    request: () => ({ method: 'POST', path: '/api/sessions', body: '{"projectId":"tiny"}' }),
    code: 'unsupported_media_type'
  },
  {
    name: 'a compressed body',
    request: () => ({
      method: 'POST',
      path: '/api/sessions',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: 'x'
    }),
    code: 'unsupported_media_type'
  },
  {
    name: 'an unknown content encoding',
    request: () => ({
      method: 'POST',
      path: '/api/sessions',
      headers: { 'content-type': 'application/json', 'content-encoding': 'br2' },
      body: 'x'
    }),
    code: 'unsupported_media_type'
  },
  {
    name: 'another character set',
    request: () => ({
      method: 'POST',
      path: '/api/sessions',
      headers: { 'content-type': 'application/json; charset=utf-7' },
      body: '+AHsAfQ-'
    }),
    code: 'unsupported_media_type'
  },

  // Fields
  {
    name: 'an unknown field',
    request: () => ({ ...json({ projectId: 'tiny', Privileged: true }), path: '/api/sessions' }),
    code: 'unknown_field',
    field: 'Privileged'
  },
  {
    name: 'a misspelt field',
    request: () => ({ ...json({ projectID: 'tiny', projectId: 'tiny' }), path: '/api/sessions' }),
    code: 'unknown_field',
    field: 'projectID',
    says: /Did you mean projectId\?/
  },
  {
    name: 'a field of the prototype',
    request: () => ({ ...json('{"projectId":"tiny","__proto__":{"admin":true}}'), path: '/api/sessions' }),
    code: 'unknown_field'
  },
  {
    name: 'a constructor within',
    request: prompts(there => there.idle, '{"text":"x","context":{"constructor":{"prototype":{"admin":true}}}}'),
    code: 'unknown_field'
  },
  {
    name: 'a repository that the page chooses',
    request: () => ({ ...json({ projectId: 'tiny', repository: 'https://evil.example/a/b' }), path: '/api/sessions' }),
    code: 'unknown_field',
    field: 'repository'
  },
  {
    name: 'an author that the client claims',
    request: prompts(there => there.idle, { text: 'x', author: { name: 'Bob' } }),
    code: 'unknown_field',
    field: 'author'
  },
  {
    name: 'a field of the wrong type',
    request: () => ({ ...json({ projectId: 7 }), path: '/api/sessions' }),
    code: 'invalid_parameter',
    field: 'projectId'
  },
  {
    name: 'a field that is missing',
    request: () => ({ ...json({ title: 'x' }), path: '/api/sessions' }),
    code: 'invalid_parameter',
    field: 'projectId'
  },
  {
    name: 'a title of two lines',
    request: () => ({ ...json({ projectId: 'tiny', title: 'a\nb' }), path: '/api/sessions' }),
    code: 'invalid_parameter',
    field: 'title'
  },
  {
    name: 'a title of 201 characters',
    request: () => ({ ...json({ projectId: 'tiny', title: 'a'.repeat(201) }), path: '/api/sessions' }),
    code: 'invalid_parameter',
    field: 'title',
    limit: 200
  },

  // Prompts
  { name: 'an empty prompt', request: prompts(there => there.idle, { text: '' }), code: 'prompt_empty', field: 'text' },
  { name: 'a prompt of spaces', request: prompts(there => there.idle, { text: ' \n\t ' }), code: 'prompt_empty', field: 'text' },
  {
    name: 'a prompt that nobody can see',
    request: prompts(there => there.idle, { text: '\u200b\u2060\ufeff' }),
    code: 'prompt_empty',
    field: 'text'
  },
  {
    name: 'a prompt of 20,001 characters',
    request: prompts(there => there.idle, { text: 'x'.repeat(20_001) }),
    code: 'prompt_too_long',
    limit: API_LIMITS.promptCharacters
  },
  { name: 'a prompt with NUL', request: prompts(there => there.idle, { text: 'a\u0000b' }), code: 'invalid_text' },
  { name: 'a prompt with half a character', request: prompts(there => there.idle, '{"text":"a\\ud800b"}'), code: 'invalid_text' },
  { name: 'a prompt for a closed session', request: prompts(there => there.closed, { text: 'x' }), code: 'session_closed' },
  {
    name: 'one prompt more than may wait',
    request: prompts(there => there.busy, { text: 'x' }),
    code: 'queue_full',
    limit: API_LIMITS.queuedPrompts
  },
  { name: 'a prompt for no session', request: prompts(() => UNKNOWN_SESSION, { text: 'x' }), code: 'session_not_found' },

  // What a page is said to be
  {
    name: 'the context of a page of no project',
    request: context({ url: 'https://evil.example/' }),
    code: 'capture_url_mismatch',
    field: 'context.url'
  },
  {
    name: 'the context of a page whose origin begins like the project’s',
    request: context({ url: `${TINY_ORIGIN}.evil.example/` }),
    code: 'capture_url_mismatch'
  },
  {
    name: 'the context of a page with the project’s host as its user',
    request: context({ url: `${TINY_ORIGIN}@evil.example/` }),
    code: 'capture_url_mismatch'
  },
  { name: 'the context of a file', request: context({ url: 'file:///etc/passwd' }), code: 'invalid_parameter', field: 'context.url' },
  { name: 'the context of a script', request: context({ url: 'javascript:alert(1)' }), code: 'invalid_parameter', field: 'context.url' },
  {
    name: 'a screenshot that was never uploaded',
    request: context({ screenshot: { artifactId: NO_ARTIFACT, width: 1, height: 1 } }),
    code: 'artifact_not_found'
  },
  {
    name: 'a screenshot of another session',
    request: there => context({ screenshot: { artifactId: there.foreignArtifact, width: 2, height: 2 } })(there),
    code: 'artifact_not_found'
  },
  {
    name: 'an artifact that is a path',
    request: context({ screenshot: { artifactId: '../../token', width: 1, height: 1 } }),
    code: 'invalid_parameter',
    field: 'context.screenshot.artifactId'
  },
  {
    name: 'too many picks',
    request: context({ picks: Array.from({ length: 21 }, () => tinyContext('.price').picks[0]) }),
    code: 'invalid_parameter',
    limit: 20
  },
  {
    name: 'a tag that is mark-up',
    request: pick({ tag: 'img src=x onerror=alert(1)' }),
    code: 'invalid_parameter',
    field: 'context.picks.0.tag'
  },
  { name: 'a component name with NUL', request: pick({ components: [{ name: 'Price\u0000Tag' }] }), code: 'invalid_parameter' },
  {
    name: 'a component name of 1 MB less a little',
    request: pick({ components: [{ name: 'x'.repeat(900_000) }] }),
    code: 'invalid_parameter',
    limit: 200
  },
  {
    name: 'a source line before the first',
    request: pick({ components: [{ name: 'A', source: { file: 'a.tsx', line: -1 } }] }),
    code: 'invalid_parameter'
  },
  {
    name: 'a source line that is a command',
    request: pick({ components: [{ name: 'A', source: { file: 'a.tsx', line: '12; rm -rf /' } }] }),
    code: 'invalid_parameter'
  },
  {
    name: 'a window larger than any',
    request: context({ viewport: { width: 1e9, height: 1e9, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 } }),
    code: 'invalid_parameter'
  },

  // Things that are not there
  { name: 'an unknown project', request: () => ({ ...json({ projectId: 'nope' }), path: '/api/sessions' }), code: 'project_not_found' },
  {
    name: 'a project with a path for a name',
    request: () => ({ ...json({ projectId: '../../etc' }), path: '/api/sessions' }),
    code: 'project_not_found'
  },
  { name: 'a page of no project', request: get('/api/projects/match?url=https%3A%2F%2Fevil.example%2F'), code: 'origin_not_mapped' },
  {
    name: 'the project’s host on another port',
    request: get('/api/projects/match?url=http%3A%2F%2Ftiny.test%3A81%2F'),
    code: 'origin_not_mapped'
  },
  {
    name: 'the project’s host on another scheme',
    request: get('/api/projects/match?url=https%3A%2F%2Ftiny.test%2F'),
    code: 'origin_not_mapped'
  },
  {
    name: 'the project’s host with a dot behind it',
    request: get('/api/projects/match?url=http%3A%2F%2Ftiny.test.%2F'),
    code: 'origin_not_mapped'
  },
  { name: 'a page address that is none', request: get('/api/projects/match?url=%00'), code: 'origin_not_mapped' },
  {
    name: 'a page address twice',
    request: get('/api/projects/match?url=http%3A%2F%2Ftiny.test&url=http%3A%2F%2Fevil.example'),
    code: 'invalid_parameter',
    field: 'url'
  },
  { name: 'an unknown session', request: get(`/api/sessions/${UNKNOWN_SESSION}`), code: 'session_not_found' },
  { name: 'a session id that is a path', request: get('/api/sessions/..%2f..%2fetc%2fpasswd'), code: 'session_not_found' },
  { name: 'a session id with NUL', request: get('/api/sessions/%00'), code: 'session_not_found' },
  { name: 'a session id of 10 kB', request: get(`/api/sessions/ses_${'a'.repeat(10_000)}`), code: 'session_not_found' },
  { name: 'a session id that is SQL', request: get("/api/sessions/ses_0'%20or%20'1'%3D'1"), code: 'session_not_found' },
  { name: 'a session id that is no text', request: get('/api/sessions/%ff%fe'), code: 'not_found' },
  {
    name: 'an unknown prompt',
    request: there => ({ method: 'DELETE', path: `/api/sessions/${there.idle}/prompts/${UNKNOWN_PROMPT}` }),
    code: 'prompt_not_found'
  },
  {
    name: 'a prompt of another session',
    request: there => ({ method: 'DELETE', path: `/api/sessions/${there.idle}/prompts/${there.finishedPrompt}` }),
    code: 'prompt_not_found'
  },
  { name: 'nothing at this address', request: get('/api/nothing'), code: 'not_found' },
  { name: 'an address with two slashes', request: get('//api/projects'), code: 'not_found' },
  { name: 'an address with other case', request: get('/API/projects'), code: 'not_found' },
  { name: 'an address that climbs', request: get('/%2e%2e/%2e%2e/etc/passwd'), code: 'not_found' },
  { name: 'an address that climbs past a proxy', request: get('/api/..;/metrics'), code: 'not_found' },
  { name: 'an asset that climbs', request: get('/docs/assets/..%2f..%2f..%2fpackage.json'), code: 'not_found' },

  // Things that are over, or not yet
  {
    name: 'stopping what does not run',
    request: there => ({ method: 'POST', path: `/api/sessions/${there.idle}/stop` }),
    code: 'not_running'
  },
  {
    name: 'stopping what is closed',
    request: there => ({ method: 'POST', path: `/api/sessions/${there.closed}/stop` }),
    code: 'not_running'
  },
  {
    name: 'withdrawing what is done',
    request: there => ({ method: 'DELETE', path: `/api/sessions/${there.finished}/prompts/${there.finishedPrompt}` }),
    code: 'prompt_not_queued'
  },
  {
    name: 'a pull request of nothing',
    request: there => ({ ...json({}), path: `/api/sessions/${there.idle}/pull-request` }),
    code: 'nothing_to_commit'
  },
  {
    name: 'a pull request while a turn runs',
    request: there => ({ ...json({}), path: `/api/sessions/${there.busy}/pull-request` }),
    code: 'turn_running'
  },
  {
    name: 'a pull request with an empty title',
    request: there => ({ ...json({ title: '\u200b' }), path: `/api/sessions/${there.finished}/pull-request` }),
    code: 'pr_title_invalid',
    field: 'title'
  },
  {
    name: 'a pull request with a long title',
    request: there => ({ ...json({ title: 'x'.repeat(10_000) }), path: `/api/sessions/${there.finished}/pull-request` }),
    code: 'pr_title_invalid',
    field: 'title'
  },
  {
    name: 'a pull request with a title of two lines',
    request: there => ({ ...json({ title: 'a\r\nb' }), path: `/api/sessions/${there.finished}/pull-request` }),
    code: 'pr_title_invalid',
    field: 'title'
  },
  {
    name: 'a pull request on a branch of the client’s choice',
    request: there => ({ ...json({ branch: 'main' }), path: `/api/sessions/${there.finished}/pull-request` }),
    code: 'unknown_field',
    field: 'branch'
  },

  // Positions and pages
  { name: 'a position before the log', request: events('?after=-1'), code: 'invalid_parameter', field: 'after', limit: 0 },
  { name: 'a position that is too large for a number', request: events('?after=1e99'), code: 'invalid_parameter', field: 'after' },
  { name: 'a position that is no number', request: events('?after=abc'), code: 'invalid_parameter', field: 'after' },
  { name: 'a position between two events', request: events('?after=0.5'), code: 'invalid_parameter', field: 'after' },
  { name: 'a position past the end', request: events('?after=999999999'), code: 'seq_ahead' },
  { name: 'a position past the end, as a stream', request: events('?after=999999999', { accept: 'text/event-stream' }), code: 'seq_ahead' },
  { name: 'a page of no events', request: events('?limit=0'), code: 'invalid_parameter', field: 'limit' },
  {
    name: 'a page of 100,000 events',
    request: events('?limit=100000'),
    code: 'invalid_parameter',
    field: 'limit',
    limit: API_LIMITS.eventsPerPage
  },
  { name: 'an unknown query parameter', request: events('?afer=1'), code: 'unknown_field', says: /Did you mean after\?/ },
  {
    name: 'a Last-Event-ID that is none',
    request: events('', { accept: 'text/event-stream', 'last-event-id': 'abc' }),
    code: 'invalid_cursor',
    field: 'Last-Event-ID'
  },
  { name: 'a negative Last-Event-ID', request: events('', { accept: 'text/event-stream', 'last-event-id': '-1' }), code: 'invalid_cursor' },
  { name: 'a page of 101 sessions', request: get('/api/sessions?limit=101'), code: 'invalid_parameter', field: 'limit', limit: 100 },
  { name: 'a cursor that nobody gave', request: get('/api/sessions?cursor=abc'), code: 'invalid_cursor', field: 'cursor' },
  {
    name: 'a cursor of another form',
    request: get(`/api/sessions?cursor=${Buffer.from('["2026-01-01T00:00:00Z",{"$ne":1}]').toString('base64url')}`),
    code: 'invalid_cursor'
  },

  // Pictures
  { name: 'a picture that is HTML', request: upload('image/png', Buffer.from('<script>alert(1)</script>')), code: 'image_type_mismatch' },
  { name: 'a picture of another type', request: upload('image/jpeg', picture), code: 'image_type_mismatch' },
  {
    name: 'a picture that is a drawing with scripts',
    request: upload('image/svg+xml', Buffer.from('<svg onload="alert(1)"/>')),
    code: 'unsupported_media_type'
  },
  {
    name: 'a picture of 30,000 × 30,000 pixels',
    request: upload('image/png', pictureOfSize(30_000, 30_000)),
    code: 'image_too_large',
    limit: API_LIMITS.pictureSide
  },
  { name: 'a picture without a size', request: upload('image/png', pictureOfSize(0, 0)), code: 'image_invalid' },
  { name: 'half a picture', request: upload('image/png', picture.subarray(0, 40)), code: 'image_invalid' },
  { name: 'no picture', request: upload('image/png', Buffer.alloc(0)), code: 'image_invalid' },
  { name: 'half a JPEG', request: upload('image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')), code: 'image_invalid' },
  {
    name: 'a picture of 10.1 MB',
    request: upload('image/png', Buffer.alloc(10_100_000)),
    code: 'payload_too_large',
    limit: API_LIMITS.pictureBytes
  },
  {
    name: 'a picture as a form',
    request: upload(
      'multipart/form-data; boundary=x',
      Buffer.from('--x\r\nContent-Disposition: form-data; name="f"; filename="../../x"\r\n\r\na\r\n--x--')
    ),
    code: 'unsupported_media_type'
  },
  {
    name: 'a picture for no session',
    request: () => ({
      method: 'POST',
      path: `/api/sessions/${UNKNOWN_SESSION}/artifacts`,
      headers: { 'content-type': 'image/png' },
      body: picture
    }),
    code: 'session_not_found'
  },
  {
    name: 'an artifact of another session',
    request: there => get(`/api/sessions/${there.idle}/artifacts/${there.foreignArtifact}`)(there),
    code: 'artifact_not_found'
  },
  {
    name: 'an artifact that is the token’s file',
    request: there => get(`/api/sessions/${there.other}/artifacts/..%2f..%2ftoken`)(there),
    code: 'artifact_not_found'
  },
  {
    name: 'an artifact that is a file of the system',
    request: there => get(`/api/sessions/${there.other}/artifacts/%2fetc%2fpasswd`)(there),
    code: 'artifact_not_found'
  },
  {
    name: 'an artifact by its id in capitals',
    request: there => get(`/api/sessions/${there.other}/artifacts/${there.foreignArtifact.toUpperCase().replace(/[0-9]/g, 'A')}`)(there),
    code: 'artifact_not_found'
  },
  {
    name: 'a thousand ranges',
    request: there =>
      get(`/api/sessions/${there.other}/artifacts/${there.foreignArtifact}`, { range: `bytes=${Array(1_000).fill('0-').join()}` })(there),
    code: 'range_not_satisfiable',
    limit: picture.byteLength
  },
  {
    name: 'a range behind the end',
    request: there => get(`/api/sessions/${there.other}/artifacts/${there.foreignArtifact}`, { range: 'bytes=1000000-' })(there),
    code: 'range_not_satisfiable'
  },
  {
    name: 'a range backwards',
    request: there => get(`/api/sessions/${there.other}/artifacts/${there.foreignArtifact}`, { range: 'bytes=5-1' })(there),
    code: 'range_not_satisfiable'
  },

  // Methods and keys
  { name: 'PUT', request: () => ({ ...json({}), method: 'PUT', path: '/api/sessions' }), code: 'method_not_allowed' },
  { name: 'TRACE', request: () => ({ method: 'TRACE', path: '/api/me' }), code: 'method_not_allowed' },
  { name: 'a method of WebDAV', request: () => ({ method: 'PROPFIND', path: '/api/sessions' }), code: 'method_not_allowed' },
  {
    name: 'removing the log',
    request: there => ({ method: 'DELETE', path: `/api/sessions/${there.idle}/events` }),
    code: 'method_not_allowed'
  },
  {
    name: 'an Idempotency-Key with spaces',
    request: () => ({
      ...json({ projectId: 'tiny' }),
      path: '/api/sessions',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'a b' }
    }),
    code: 'invalid_parameter',
    field: 'Idempotency-Key'
  },
  {
    name: 'an Idempotency-Key of 201 characters',
    request: () => ({
      ...json({ projectId: 'tiny' }),
      path: '/api/sessions',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'a'.repeat(201) }
    }),
    code: 'invalid_parameter',
    limit: 200
  }
]

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, letter => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
}
