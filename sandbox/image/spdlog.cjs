// Stands in for VS Code's native module @vscode/spdlog, which would have to be compiled (docs/decisions/0015). The same functions;
// lines are gathered for one tick and then appended, so that logging does not slow the editor down.
const { appendFileSync, mkdirSync, renameSync, rmSync, statSync } = require('node:fs')
const { dirname, extname } = require('node:path')

const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical']
const INFO = 2
const OFF = 6

class Logger {
  #file
  #maxBytes
  #maxFiles
  #level = INFO
  #isPlain = false
  #lines = []
  #isScheduled = false

  constructor(_type, _name, file, maxBytes, maxFiles) {
    this.#file = file
    this.#maxBytes = maxBytes
    this.#maxFiles = maxFiles
    mkdirSync(dirname(file), { recursive: true })
  }

  trace(message) {
    this.#add(0, message)
  }

  debug(message) {
    this.#add(1, message)
  }

  info(message) {
    this.#add(2, message)
  }

  warn(message) {
    this.#add(3, message)
  }

  error(message) {
    this.#add(4, message)
  }

  critical(message) {
    this.#add(5, message)
  }

  getLevel() {
    return this.#level
  }

  setLevel(level) {
    this.#level = level
  }

  /** VS Code sets one pattern: time, level, message. */
  setPattern() {
    this.#isPlain = false
  }

  clearFormatters() {
    this.#isPlain = true
  }

  flush() {
    const text = this.#lines.splice(0).join('')
    if (text === '') return
    try {
      this.#rotate()
      appendFileSync(this.#file, text)
    } catch (error) {
      // A full disk must not end the editor.
      process.stderr.write(`log ${this.#file}: ${error.message}\n`)
    }
  }

  drop() {
    this.flush()
  }

  #add(level, message) {
    if (level < this.#level || this.#level >= OFF) return
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '')
    this.#lines.push(this.#isPlain ? message : `${time} [${NAMES[level]}] ${message}\n`)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.flush()
    })
  }

  #rotate() {
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0
    if (size < this.#maxBytes) return
    const extension = extname(this.#file)
    const base = this.#file.slice(0, this.#file.length - extension.length)
    const nameOf = index => (index === 0 ? this.#file : `${base}.${index}${extension}`)
    rmSync(nameOf(this.#maxFiles), { force: true })
    for (let index = this.#maxFiles - 1; index >= 0; index -= 1) {
      if (statSync(nameOf(index), { throwIfNoEntry: false })) renameSync(nameOf(index), nameOf(index + 1))
    }
  }
}

const createLogger = async (...options) => new Logger('rotating', ...options)

// One by one: so the names are also found by imports.
exports.version = 11503
exports.Logger = Logger
exports.createRotatingLogger = createLogger
exports.createAsyncRotatingLogger = createLogger
exports.setLevel = () => undefined
exports.setFlushOn = () => undefined
