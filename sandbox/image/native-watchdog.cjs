// Stands in for VS Code's native module @vscode/native-watchdog, which would have to be compiled (docs/decisions/0015): ends the
// extension host when the process that started it has gone.
const PAUSE_MS = 2_000

exports.start = pid => {
  setInterval(() => {
    try {
      process.kill(pid, 0)
    } catch {
      // No such process, or another user's by now: either way it is not the one that started this.
      process.exit(87)
    }
  }, PAUSE_MS).unref()
}

exports.exit = code => process.exit(code ?? 0)
