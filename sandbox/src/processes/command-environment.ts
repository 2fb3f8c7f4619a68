/** Names that commands get from sandboxd's own environment, which the container's template sets. */
const PASSED_ON =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|TMPDIR|XDG_[A-Z_]+|(?:https?|no|all|ftp)_proxy|npm_config_.+|pnpm_config_.+|corepack_.+|NODE_USE_ENV_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|[A-Z]+_CA_BUNDLE|GIT_SSL_CAINFO)$/i

/** Nobody is there to look at colours, to page, to edit or to type a password. */
const UNATTENDED = {
  TERM: 'dumb',
  NO_COLOR: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
  PYTHONUNBUFFERED: '1'
}

/**
 * The environment of everything that sandboxd starts.
 * @param own sandboxd's own environment
 */
export function commandEnvironment(own: NodeJS.ProcessEnv): Record<string, string> {
  const passedOn = Object.entries(own).flatMap(([name, value]) => (value !== undefined && PASSED_ON.test(name) ? [[name, value]] : []))
  return { LANG: 'C.UTF-8', ...Object.fromEntries(passedOn), ...UNATTENDED }
}
