import { z } from 'zod'

interface ErrorKind {
  /** HTTP status that goes with the code. */
  status: number
  /** What happened, in general; the occurrence has its own `detail`. */
  title: string
  /** Whether the same request may succeed later without being changed. */
  retryable: boolean
  /** What to do where the occurrence has no better advice. */
  hint: string
}

/** The one list of error codes. Whatever a person or a program is told went wrong carries one of these. */
export const ERRORS = {
  // The request itself
  invalid_json: { status: 400, title: 'The body is not JSON', retryable: false, hint: 'Send one JSON value in UTF-8.' },
  json_too_deep: { status: 400, title: 'The JSON is nested too deeply', retryable: false, hint: 'Nest at most 32 levels.' },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not accepted here',
    retryable: false,
    hint: 'Send application/json without a content encoding, or a PNG, JPEG or WebP picture where pictures are taken.'
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    retryable: false,
    hint: 'Send less; pictures go to the artifacts address.'
  },
  unknown_field: { status: 400, title: 'A field is not known', retryable: false, hint: 'Remove the field or correct its name.' },
  invalid_parameter: {
    status: 400,
    title: 'A value is not allowed',
    retryable: false,
    hint: 'See the allowed values in the API reference at /docs.'
  },
  invalid_text: {
    status: 400,
    title: 'The text has characters that cannot be stored',
    retryable: false,
    hint: 'Remove NUL characters and broken surrogate pairs.'
  },
  invalid_cursor: {
    status: 400,
    title: 'The position in the stream is not valid',
    retryable: false,
    hint: 'Use the seq of the last event received, or leave it out to start at the beginning.'
  },
  method_not_allowed: { status: 405, title: 'The method is not allowed here', retryable: false, hint: 'See the Allow header.' },
  not_found: { status: 404, title: 'There is nothing at this address', retryable: false, hint: 'The API reference is at /docs.' },
  request_timeout: { status: 408, title: 'The request took too long to arrive', retryable: true, hint: 'Send it again.' },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true, hint: 'Wait for the time given in Retry-After.' },
  idempotency_conflict: {
    status: 409,
    title: 'The idempotency key was used for another request',
    retryable: false,
    hint: 'Use a new Idempotency-Key for a new request.'
  },
  idempotency_in_progress: {
    status: 409,
    title: 'The same request is still being carried out',
    retryable: true,
    hint: 'Ask again in a moment.'
  },
  host_not_allowed: {
    status: 421,
    title: 'The server does not answer to this host name',
    retryable: false,
    hint: 'Add the name to publicUrl or allowedHostNames in the server’s configuration.'
  },
  origin_not_allowed: {
    status: 403,
    title: 'This origin may not use the server',
    retryable: false,
    hint: 'Add the origin to allowedOrigins in the server’s configuration.'
  },
  protocol_unsupported: { status: 400, title: 'The protocol version is not supported', retryable: false, hint: 'Update the client.' },

  // Who asks
  auth_required: {
    status: 401,
    title: 'A token is needed',
    retryable: false,
    hint: 'Send “Authorization: Bearer <token>”; `npm run fixpoint -- pair` gives a code to connect with.'
  },
  token_invalid: {
    status: 401,
    title: 'The token is not valid',
    retryable: false,
    hint: 'Pair again: `npm run fixpoint -- pair` gives a new code.'
  },
  client_not_found: {
    status: 404,
    title: 'No such client',
    retryable: false,
    hint: '`npm run fixpoint -- clients` lists what is connected.'
  },
  token_expired: {
    status: 401,
    title: 'The token has expired',
    retryable: false,
    hint: 'Pair again: `npm run fixpoint -- pair` gives a new code.'
  },
  pairing_code_invalid: {
    status: 403,
    title: 'The pairing code is not valid',
    retryable: false,
    hint: 'Codes work once and for ten minutes; get a new one with `npm run fixpoint -- pair`.'
  },

  // Projects and sessions
  origin_not_mapped: {
    status: 404,
    title: 'No project is served at this address',
    retryable: false,
    hint: 'Whoever runs the server adds the origin to a project in fixpoint.config.'
  },
  project_not_found: { status: 404, title: 'There is no such project', retryable: false, hint: 'GET /api/projects lists them.' },
  session_not_found: { status: 404, title: 'There is no such session', retryable: false, hint: 'GET /api/sessions lists them.' },
  session_closed: { status: 409, title: 'The session is closed', retryable: false, hint: 'Start a new session.' },
  prompt_not_found: { status: 404, title: 'There is no such prompt', retryable: false, hint: 'See the session’s prompts.' },
  prompt_not_queued: { status: 409, title: 'The prompt is no longer waiting', retryable: false, hint: 'Stop the running turn instead.' },
  prompt_empty: {
    status: 400,
    title: 'The prompt is empty',
    retryable: false,
    hint: 'Say what is wrong in at least one visible character.'
  },
  prompt_too_long: { status: 413, title: 'The prompt is too long', retryable: false, hint: 'Write at most 20,000 characters.' },
  queue_full: {
    status: 429,
    title: 'Too many prompts are waiting in this session',
    retryable: true,
    hint: 'Wait until one has finished, or withdraw one.'
  },
  turn_not_found: { status: 404, title: 'There is no such turn', retryable: false, hint: 'Reload the session.' },
  nothing_to_undo: {
    status: 409,
    title: 'There is nothing to undo',
    retryable: false,
    hint: 'The turn changed no files, or was undone before.'
  },
  undo_conflict: {
    status: 409,
    title: 'Files were changed since',
    retryable: false,
    hint: 'Undo what came later first, or undo the rest and leave these files as they are.'
  },
  undo_running: {
    status: 409,
    title: 'Turns are being undone',
    retryable: true,
    hint: 'Wait a moment; nothing else changes files meanwhile.'
  },
  not_running: { status: 409, title: 'Nothing is running in this session', retryable: false, hint: 'There is nothing to stop.' },
  seq_ahead: {
    status: 409,
    title: 'The position is past the end of the log',
    retryable: false,
    hint: 'Reload the session from the beginning.'
  },
  capture_url_mismatch: {
    status: 403,
    title: 'The page does not belong to the session’s project',
    retryable: false,
    hint: 'Point at a page of this project or start a session for the other one.'
  },

  // Artifacts
  artifact_not_found: {
    status: 404,
    title: 'There is no such artifact in this session',
    retryable: false,
    hint: 'Upload it to this session first.'
  },
  image_type_mismatch: {
    status: 415,
    title: 'The bytes are not a picture of the declared type',
    retryable: false,
    hint: 'Send PNG, JPEG or WebP.'
  },
  image_too_large: {
    status: 413,
    title: 'The picture is too large',
    retryable: false,
    hint: 'Send at most 8,192 × 8,192 pixels and 10 MB.'
  },
  image_invalid: { status: 400, title: 'The picture cannot be read', retryable: false, hint: 'Send a complete PNG, JPEG or WebP picture.' },
  range_not_satisfiable: {
    status: 416,
    title: 'The range is not available',
    retryable: false,
    hint: 'Ask for one range within the artifact.'
  },

  // Realtime
  unknown_event: { status: 400, title: 'The event is not known', retryable: false, hint: 'Use follow or unfollow.' },
  invalid_event: {
    status: 400,
    title: 'The event is not well formed',
    retryable: false,
    hint: 'Send one object and an acknowledgement function.'
  },
  message_too_large: { status: 413, title: 'The message is too large', retryable: false, hint: 'Upload over HTTP.' },
  resync_required: {
    status: 409,
    title: 'The client’s copy of the log does not fit the server’s',
    retryable: false,
    hint: 'Load the session again from the beginning.'
  },

  // Repositories
  repo_url_invalid: { status: 400, title: 'The repository address is not valid', retryable: false, hint: 'Use https://host/owner/name.' },
  repo_scheme_not_allowed: {
    status: 400,
    title: 'The repository address has a scheme that is not allowed',
    retryable: false,
    hint: 'Use https:// (http:// only on this machine’s loopback address).'
  },
  credentials_in_url: {
    status: 400,
    title: 'The repository address contains credentials',
    retryable: false,
    hint: 'Remove them; give the token as FIXPOINT_GIT_TOKEN or a file.'
  },
  repo_host_not_allowed: {
    status: 400,
    title: 'The repository’s host is not allowed',
    retryable: false,
    hint: 'Add the host to git.allowedHosts in fixpoint.config.'
  },
  repo_host_resolves_private: {
    status: 400,
    title: 'The repository’s host resolves to a private address',
    retryable: false,
    hint: 'Mark the host with resolvesPrivately in git.allowedHosts if that is intended.'
  },
  repo_path_invalid: { status: 400, title: 'The repository’s path is not valid', retryable: false, hint: 'Use owner/name.' },
  repo_not_found_or_no_access: {
    status: 404,
    title: 'The repository is not there or not readable',
    retryable: true,
    hint: 'Check the address and the token’s access.'
  },
  repo_empty: { status: 409, title: 'The repository has no commits', retryable: false, hint: 'Push a first commit to its default branch.' },
  repo_rejected: {
    status: 422,
    title: 'Git refused the objects',
    retryable: false,
    hint: 'Run `git fsck` in the repository and mend what it names.'
  },
  repo_too_large: {
    status: 413,
    title: 'The repository is too large',
    retryable: false,
    hint: 'Raise git.repositoryMegabytes in fixpoint.config.'
  },
  ref_invalid: {
    status: 400,
    title: 'The branch name is not valid',
    retryable: false,
    hint: 'Use a branch name that git check-ref-format accepts.'
  },
  ref_not_found: {
    status: 404,
    title: 'The branch does not exist',
    retryable: false,
    hint: 'Check the project’s branch in fixpoint.config.'
  },
  branch_not_allowed: {
    status: 403,
    title: 'Fixpoint pushes only to its own branches',
    retryable: false,
    hint: 'Branches are named fixpoint/<session>.'
  },
  git_failed: { status: 502, title: 'Git failed', retryable: true, hint: 'See the server’s log under the request id.' },

  // Sandbox
  docker_unavailable: {
    status: 503,
    title: 'Docker does not answer',
    retryable: true,
    hint: 'Start Docker; `npm run doctor` shows what is missing.'
  },
  image_missing: {
    status: 503,
    title: 'The sandbox image is missing',
    retryable: false,
    hint: 'Run `npm start` once, or `npm run image`.'
  },
  sandbox_start_failed: {
    status: 503,
    title: 'The sandbox did not start',
    retryable: true,
    hint: 'See the server’s log; `npm run doctor` checks the engine.'
  },
  sandbox_lost: {
    status: 503,
    title: 'The sandbox was lost',
    retryable: true,
    hint: 'The work up to the last checkpoint is kept; send the prompt again.'
  },
  workspace_prepare_failed: {
    status: 502,
    title: 'The project could not be prepared',
    retryable: true,
    hint: 'See the output of the project’s install command.'
  },
  storage_full: { status: 507, title: 'The disk is full', retryable: true, hint: 'Free some space; nothing that was confirmed is lost.' },
  dev_server_not_ready: {
    status: 502,
    title: 'The project’s dev server did not get ready',
    retryable: true,
    hint: 'Check dev.command, dev.port and dev.ready in fixpoint.config; its last output is in the timeline.'
  },
  vscode_not_ready: {
    status: 502,
    title: 'VS Code did not start in the sandbox',
    retryable: true,
    hint: 'Open it again; if it fails again, the sandbox may be short of memory (sandbox.memoryMegabytes).'
  },
  door_unavailable: {
    status: 409,
    title: 'This server has no place for VS Code and previews',
    retryable: false,
    hint: 'Set sessionDomain in fixpoint.config to a domain whose subdomains all lead to this server, or sessionPorts to ports that do.'
  },
  ticket_invalid: {
    status: 403,
    title: 'The ticket does not open this door',
    retryable: false,
    hint: 'A ticket works once, for a minute, at the address that it was made for. Open VS Code or the preview from the session again.'
  },
  door_locked: {
    status: 401,
    title: 'This address is opened from a session',
    retryable: false,
    hint: 'Choose “Open in VS Code” or “Open preview” in the session.'
  },
  bad_target: {
    status: 404,
    title: 'There is nothing at this address of a session',
    retryable: false,
    hint: 'A session has two addresses: its VS Code and its preview. No others, and no ports, can be asked for.'
  },
  egress_denied: {
    status: 403,
    title: 'The address is not on the project’s list',
    retryable: false,
    hint: 'Whoever runs the server can add the host to the project’s allowedHosts.'
  },

  // Tools in the sandbox
  path_outside_workspace: {
    status: 400,
    title: 'The path is outside the workspace',
    retryable: false,
    hint: 'Use a path relative to the repository’s root.'
  },
  file_not_found: { status: 404, title: 'There is no such file', retryable: false, hint: 'List or search the workspace for it.' },
  file_exists: { status: 409, title: 'The file is there already', retryable: false, hint: 'Read it and edit it.' },
  not_a_regular_file: {
    status: 400,
    title: 'This is not a regular file',
    retryable: false,
    hint: 'Only regular files can be read and written.'
  },
  file_not_accessible: {
    status: 403,
    title: 'The file may not be opened or changed',
    retryable: false,
    hint: 'Look at its owner and mode in bash.'
  },
  file_too_large: {
    status: 413,
    title: 'The file is too large',
    retryable: false,
    hint: 'Read a part of it by line range, or search in it.'
  },
  folder_too_large: {
    status: 413,
    title: 'The folder has too many entries',
    retryable: false,
    hint: 'List it in a terminal of the sandbox.'
  },
  not_a_folder: { status: 400, title: 'This is not a folder', retryable: false, hint: 'Read it as a file.' },
  folder_not_empty: { status: 409, title: 'The folder is not empty', retryable: false, hint: 'Remove it with what is in it.' },
  terminal_limit: {
    status: 429,
    title: 'Too many terminals are open in this session',
    retryable: true,
    hint: 'Close one of them.'
  },
  file_binary: { status: 415, title: 'The file is binary', retryable: false, hint: 'Use look for pictures, bash for other binary files.' },
  stale_file: { status: 409, title: 'The file has changed since it was read', retryable: false, hint: 'Read it again.' },
  edit_no_match: {
    status: 409,
    title: 'The text to replace is not in the file',
    retryable: false,
    hint: 'Read the file again and copy the text exactly.'
  },
  edit_ambiguous: {
    status: 409,
    title: 'The text to replace is there more than once',
    retryable: false,
    hint: 'Give more of the surrounding lines.'
  },
  command_timeout: {
    status: 504,
    title: 'The command took too long',
    retryable: false,
    hint: 'Give a longer limit or a narrower command.'
  },
  killed_oom: {
    status: 507,
    title: 'The command was stopped for lack of memory',
    retryable: false,
    hint: 'Use a command that needs less memory.'
  },
  outcome_unknown: {
    status: 500,
    title: 'It is not known whether this was carried out',
    retryable: false,
    hint: 'Look at the state of the workspace before repeating it.'
  },
  verify_target_invalid: {
    status: 400,
    title: 'The page to look at is not one of the project’s',
    retryable: false,
    hint: 'Use a path of the project’s dev server.'
  },
  verify_unreachable: { status: 502, title: 'The page could not be opened', retryable: true, hint: 'See the dev server’s output.' },
  verify_timeout: { status: 504, title: 'The page did not settle', retryable: true, hint: 'Look for endless requests or animations.' },
  pick_not_found: { status: 404, title: 'The picked element is not on the page', retryable: false, hint: 'Point at it again.' },

  // Agent
  model_unknown: {
    status: 400,
    title: 'The model is not configured',
    retryable: false,
    hint: 'GET /api/server names the models that can be used.'
  },
  model_unavailable: {
    status: 503,
    title: 'The model does not answer',
    retryable: true,
    hint: 'Send the prompt again later; the work so far is kept.'
  },
  model_rate_limited: {
    status: 429,
    title: 'The model’s provider limits the requests',
    retryable: true,
    hint: 'Send the prompt again later; the work so far is kept.'
  },
  model_key_invalid: {
    status: 502,
    title: 'The model’s provider refuses the key',
    retryable: false,
    hint: 'Check the key in the server’s environment.'
  },
  model_silent: { status: 504, title: 'The model stopped sending', retryable: true, hint: 'Send the prompt again.' },
  model_output_invalid: {
    status: 502,
    title: 'The model’s answer cannot be used',
    retryable: true,
    hint: 'Send the prompt again, perhaps in other words.'
  },
  model_refused: { status: 502, title: 'The model refused to answer', retryable: false, hint: 'Put the request in other words.' },
  budget_exceeded: {
    status: 409,
    title: 'The turn has used up its budget',
    retryable: false,
    hint: 'Send a follow-up to go on; the work so far is kept.'
  },
  loop_detected: { status: 409, title: 'The agent repeated itself', retryable: false, hint: 'Say more precisely what is wanted.' },
  turn_interrupted: {
    status: 503,
    title: 'The turn was interrupted too often',
    retryable: true,
    hint: 'See the server’s log, then send the prompt again; the work so far is kept.'
  },

  // Pull requests
  nothing_to_commit: { status: 409, title: 'There is no change to propose', retryable: false, hint: 'Wait for a turn that changes files.' },
  turn_running: { status: 409, title: 'A turn is running', retryable: true, hint: 'Wait for it to finish or stop it.' },
  diff_too_large: { status: 413, title: 'The change is too large for a pull request', retryable: false, hint: 'Split the work.' },
  pr_title_invalid: { status: 400, title: 'The title is not usable', retryable: false, hint: 'Use 1 to 200 characters on one line.' },
  secret_in_output: {
    status: 422,
    title: 'The change contains what looks like a secret',
    retryable: false,
    hint: 'Remove it and try again.'
  },
  protected_path: {
    status: 409,
    title: 'The change touches files that run with more rights',
    retryable: false,
    hint: 'Look at them and confirm with confirmProtectedPaths.'
  },
  remote_refused: { status: 502, title: 'The code host refused', retryable: true, hint: 'Check the token’s rights for this repository.' },
  issues_unavailable: {
    status: 409,
    title: 'The project has no code host that takes issues',
    retryable: false,
    hint: 'Copy or download the report, or send it to a session.'
  },
  remote_not_configured: {
    status: 409,
    title: 'No token for the code host is configured',
    retryable: false,
    hint: 'Set FIXPOINT_GITHUB_TOKEN in the server’s environment.'
  },

  // The extension
  invalid_message: { status: 400, title: 'The message is not well formed', retryable: false, hint: 'Update the extension.' },
  sender_not_allowed: { status: 403, title: 'The sender may not ask for this', retryable: false, hint: 'Only Fixpoint’s own pages may.' },
  page_not_inspectable: {
    status: 400,
    title: 'This page cannot be inspected',
    retryable: false,
    hint: 'Open the page of a web site (http or https).'
  },
  page_access_needed: {
    status: 403,
    title: 'Fixpoint has no access to this page yet',
    retryable: false,
    hint: 'Allow access when Chrome asks, or click the Fixpoint icon on this tab.'
  },
  page_not_responding: {
    status: 504,
    title: 'The page does not answer',
    retryable: true,
    hint: 'Wait until the page has settled, then point again.'
  },
  frame_changed: { status: 409, title: 'The page has changed in the meantime', retryable: true, hint: 'Point again.' },
  element_gone: { status: 409, title: 'The element is no longer there', retryable: true, hint: 'Point again.' },
  screenshot_unavailable: { status: 503, title: 'No picture could be taken', retryable: true, hint: 'The prompt can be sent without it.' },
  masking_rule_invalid: {
    status: 422,
    title: 'A masking rule of the project cannot be applied',
    retryable: false,
    hint: 'Whoever runs the server corrects `masking` of the project.'
  },
  masking_rules_changed: {
    status: 409,
    title: 'The project hides more than it did when this was captured',
    retryable: false,
    hint: 'Point again.'
  },
  capture_too_large: { status: 413, title: 'The page context is too large', retryable: false, hint: 'Send fewer picks.' },
  server_url_invalid: {
    status: 400,
    title: 'The server’s address is not usable',
    retryable: false,
    hint: 'Use https://host or, on this machine, http://127.0.0.1:port.'
  },
  server_unreachable: {
    status: 503,
    title: 'The server does not answer',
    retryable: true,
    hint: 'Check that it runs (`npm start`) and that the address is right.'
  },
  client_too_old: { status: 426, title: 'This client is too old for the server', retryable: false, hint: 'Update the client.' },

  // Updates of the extension
  crx_format: {
    status: 422,
    title: 'The file is not a usable CRX3',
    retryable: false,
    hint: 'Pack the extension with `npm run release -- extension`.'
  },
  crx_signature_invalid: {
    status: 422,
    title: 'The CRX is not signed as it should be',
    retryable: false,
    hint: 'Publish the file again as it was built; do not change it after signing.'
  },
  crx_id_mismatch: {
    status: 422,
    title: 'The CRX belongs to another extension',
    retryable: false,
    hint: 'Sign with the key of the extension, and see the ids in the update server’s configuration.'
  },
  crx_zip_unsafe: {
    status: 422,
    title: 'The archive in the CRX is not safe',
    retryable: false,
    hint: 'Pack the extension with `npm run release -- extension`.'
  },
  crx_manifest_invalid: {
    status: 422,
    title: 'The extension’s manifest cannot be used',
    retryable: false,
    hint: 'Correct the named field of manifest.json and build again.'
  },
  crx_version_mismatch: {
    status: 422,
    title: 'The version in the CRX is not the declared one',
    retryable: false,
    hint: 'Declare the version that manifest.json has.'
  },
  crx_update_url_mismatch: {
    status: 422,
    title: 'The CRX takes its updates from elsewhere',
    retryable: false,
    hint: 'Build with the update server’s own address as update_url.'
  },
  crx_contains_private_key: {
    status: 422,
    title: 'The CRX contains a private key',
    retryable: false,
    hint: 'Remove it. If it is the signing key and this file has left the machine, the key is no longer secret.'
  },
  crx_unavailable: {
    status: 503,
    title: 'The file cannot be served',
    retryable: true,
    hint: 'Restore the file from a backup; `fixpoint-updates doctor` names what is wrong.'
  },
  signing_failed: {
    status: 500,
    title: 'The extension could not be signed',
    retryable: false,
    hint: 'FIXPOINT_CRX_KEY names a private key in PEM that only its owner can read.'
  },
  extension_unknown: {
    status: 404,
    title: 'The update server does not have this extension',
    retryable: false,
    hint: 'See the ids in the update server’s configuration.'
  },
  release_not_found: { status: 404, title: 'There is no such release', retryable: false, hint: '`fixpoint-updates status` lists them.' },
  version_invalid: {
    status: 400,
    title: 'The version is not valid',
    retryable: false,
    hint: 'Use one to four numbers up to 65535 with dots.'
  },
  version_not_higher: {
    status: 409,
    title: 'The version is not higher than the last one',
    retryable: false,
    hint: 'Browsers never go back to a lower version. Build with a higher one.'
  },
  permission_added: {
    status: 409,
    title: 'The release asks for a new permission',
    retryable: false,
    hint: 'Chrome may disable the extension for everyone until each person agrees. Name the permission where that is intended.'
  },
  second_approval_missing: {
    status: 409,
    title: 'A second person has to approve',
    retryable: false,
    hint: 'Someone other than the publisher runs `fixpoint-updates approve`.'
  },
  rollback_differs: {
    status: 409,
    title: 'The rollback is not the old code',
    retryable: false,
    hint: 'Make it with `npm run release -- extension --rollback <old.crx> --version <higher>`.'
  },
  ring_unknown: {
    status: 404,
    title: 'There is no such ring',
    retryable: false,
    hint: 'See the rings in the update server’s configuration.'
  },
  ring_order: {
    status: 409,
    title: 'The release is not offered to the ring before this one',
    retryable: false,
    hint: 'Promote it ring by ring; a halted ring promotes nothing.'
  },
  rollout_invalid: { status: 400, title: 'The percentage is not valid', retryable: false, hint: 'Use a whole number from 1 to 100.' },
  role_missing: {
    status: 403,
    title: 'This token may not do that',
    retryable: false,
    hint: 'See the roles in the update server’s configuration.'
  },
  audit_broken: {
    status: 500,
    title: 'The audit log has been changed',
    retryable: false,
    hint: 'Restore the data folder from a backup; the named line is the first that does not follow from the one before.'
  },
  audit_conflict: {
    status: 409,
    title: 'Another update server was faster',
    retryable: true,
    hint: 'Look at the status, and do it again where it is still wanted.'
  },
  storage_unreachable: {
    status: 503,
    title: 'The storage of the update server cannot be used',
    retryable: true,
    hint: 'Check endpoint, bucket, region and credentials.'
  },
  storage_unsafe: {
    status: 500,
    title: 'The storage does not keep servers from writing over each other',
    retryable: false,
    hint: 'Use storage that knows “If-None-Match: *” for writes, or a folder.'
  },

  // Policies of managed browsers
  extension_id_invalid: {
    status: 422,
    title: 'This is not an extension id',
    retryable: false,
    hint: 'An id has 32 letters from a to p; chrome://extensions shows it.'
  },
  extension_id_mismatch: {
    status: 422,
    title: 'The extension id is another one than expected',
    retryable: false,
    hint: 'The id follows from the signing key; use one id in all places.'
  },
  update_url_insecure: {
    status: 422,
    title: 'The update address may not be rolled out',
    retryable: false,
    hint: 'Use https://host/path without name and password, on a host that every browser reaches.'
  },
  update_url_mismatch: {
    status: 422,
    title: 'The update address is another one than expected',
    retryable: false,
    hint: 'Use the address of one ring in all places, with override_update_url.'
  },
  forcelist_format: {
    status: 422,
    title: 'The entry of ExtensionInstallForcelist is not well formed',
    retryable: false,
    hint: 'Write <id>;<update address>, without blanks.'
  },
  policy_conflict: { status: 422, title: 'Two policies contradict each other', retryable: false, hint: 'Keep one of them.' },
  policy_format: {
    status: 422,
    title: 'The file is no policy file of a known kind',
    retryable: false,
    hint: 'Known are .reg, .mobileconfig, and JSON for Linux, Intune and Google Admin.'
  },
  policy_json: { status: 422, title: 'The policy file is not strict JSON', retryable: false, hint: 'Correct the JSON at this place.' },
  policy_limit: { status: 422, title: 'The policy passes a limit of the browser', retryable: false, hint: 'Shorten the list.' },
  policy_pattern: {
    status: 422,
    title: 'The host pattern is not valid',
    retryable: false,
    hint: 'Write scheme://host, for example https://*.example.com, without a path.'
  },
  policy_permissions: {
    status: 422,
    title: 'The policy file lies wrong or has the wrong mode',
    retryable: false,
    hint: 'Put it into policies/managed of the browser, owned by root, mode 0644.'
  },
  policy_plist: {
    status: 422,
    title: 'The configuration profile is not well formed',
    retryable: false,
    hint: 'Correct the property list at this place.'
  },
  policy_reg: {
    status: 422,
    title: 'The registry file is not well formed',
    retryable: false,
    hint: 'Correct the line; `policies generate` writes a valid file.'
  },
  policy_value: {
    status: 422,
    title: 'The policy has a value that the browser does not accept',
    retryable: false,
    hint: 'Correct the value, or generate the file again.'
  },

  // Set-up and operation
  config_invalid: { status: 500, title: 'The configuration is not valid', retryable: false, hint: 'Correct the named setting.' },
  data_dir_locked: {
    status: 500,
    title: 'Another server uses the data folder',
    retryable: false,
    hint: 'Stop it, or give this one another data folder.'
  },
  port_in_use: { status: 500, title: 'The port is taken', retryable: false, hint: 'Stop what uses it or set another port.' },
  not_ready: {
    status: 503,
    title: 'The server is not ready',
    retryable: true,
    hint: 'Ask again in a moment; /readyz says what is missing.'
  },
  internal: {
    status: 500,
    title: 'Something went wrong in the server',
    retryable: true,
    hint: 'Try again; the server’s log has the details under the request id.'
  }
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS

export const errorCodeSchema = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])

/** What went wrong, as a value: the part of a problem that events carry too. */
export const failureSchema = z
  .object({
    code: errorCodeSchema,
    /** One sentence for the person: what is wrong, with the value where it helps. */
    message: z.string().max(2_000),
    /** What to do. */
    hint: z.string().max(1_000),
    retryable: z.boolean(),
    /** The field or setting that is wrong, as a dotted path. */
    field: z.string().max(300).optional(),
    /** The limit that was passed, with its unit in the message. */
    limit: z.number().optional()
  })
  .meta({ id: 'Failure' })
export type Failure = z.infer<typeof failureSchema>

/** RFC 9457 problem details with Fixpoint's members; the body of every HTTP error and of every socket refusal. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Address of the code’s description, relative to the server' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'The request id, as in the X-Request-Id header and the server’s log' }),
    code: errorCodeSchema,
    hint: z.string(),
    retryable: z.boolean(),
    field: z.string().optional(),
    limit: z.number().optional()
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>

interface FixpointErrorOptions {
  hint?: string
  field?: string
  limit?: number
  /** The error that led to this one; for the log only, never sent. */
  cause?: unknown
}

/** An error with a code from the list and a sentence for the person. */
export class FixpointError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly retryable: boolean
  readonly field: string | undefined
  readonly limit: number | undefined

  constructor(code: ErrorCode, message: string, options: FixpointErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'FixpointError'
    this.code = code
    this.hint = options.hint ?? ERRORS[code].hint
    this.retryable = ERRORS[code].retryable
    this.field = options.field
    this.limit = options.limit
  }

  /** HTTP status of the code. */
  get status(): number {
    return ERRORS[this.code].status
  }

  toFailure(): Failure {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      retryable: this.retryable,
      field: this.field,
      limit: this.limit
    }
  }

  /** @param requestId names the occurrence in the server's log. */
  toProblem(requestId: string): Problem {
    const { message, ...rest } = this.toFailure()
    return {
      type: `/docs/errors#${this.code}`,
      title: ERRORS[this.code].title,
      status: this.status,
      detail: message,
      instance: requestId,
      ...rest
    }
  }
}

/** The error that a failure describes, for those that go on with it. */
export function errorFromFailure({ code, message, hint, field, limit }: Failure): FixpointError {
  return new FixpointError(code, message, { hint, field, limit })
}

/** The error that a problem describes. */
export function errorFromProblem({ code, detail, hint, field, limit }: Problem): FixpointError {
  return new FixpointError(code, detail, { hint, field, limit })
}
