import { FileDiff as FileIcon } from 'lucide-react'
import { Fragment, memo, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Disclosure } from '../controls/Disclosure.tsx'
import { strings } from '../strings.ts'
import { OutputText } from '../text/OutputText.tsx'
import { LineCounts } from './LineCounts.tsx'
import { type DiffLine, type FileDiff, parseUnifiedDiff } from './parse-unified-diff.ts'
import { showHiddenCharacters } from './show-hidden-characters.ts'

/** A diff with more lines than this begins folded, one line a file. */
const LINES_OPEN_AT_FIRST = 120
const LINES_AT_ONCE = 300

/** A unified diff, file by file. Text that is no diff is shown as it is. */
export const DiffView = memo(function DiffView({ text }: { text: string }) {
  const files = parseUnifiedDiff(text)
  if (files.length === 0) return <OutputText text={text} label={strings.diff.label} />
  const lineCount = files.reduce((sum, file) => sum + file.hunks.reduce((count, hunk) => count + hunk.lines.length, 0), 0)
  return (
    <div className="fx-diff">
      {files.map((file, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a diff never changes, and a path may come twice in a broken one
        <FileView key={index} file={file} isOpenAtFirst={lineCount <= LINES_OPEN_AT_FIRST} />
      ))}
    </div>
  )
})

function FileView({ file, isOpenAtFirst }: { file: FileDiff; isOpenAtFirst: boolean }) {
  return (
    <Disclosure
      className="fx-diff__file"
      icon={<FileIcon aria-hidden size={14} />}
      summary={<FilePath path={file.path} previousPath={file.previousPath} />}
      aside={<LineCounts status={file.status} added={file.isBinary ? null : file.added} removed={file.isBinary ? null : file.removed} />}
      isOpenAtFirst={isOpenAtFirst}
    >
      {() =>
        file.hunks.length === 0 ? (
          <p className="fx-faint">{file.isBinary ? strings.diff.binary : strings.diff.noLines}</p>
        ) : (
          <HunkLines file={file} />
        )
      }
    </Disclosure>
  )
}

/** The file's name first, because a narrow column cuts the end. */
function FilePath({ path, previousPath }: { path: string; previousPath?: string | undefined }) {
  const slash = path.lastIndexOf('/')
  return (
    <span className="fx-diff__path" title={previousPath === undefined ? path : `${previousPath} → ${path}`}>
      <bdi>{path.slice(slash + 1)}</bdi> <bdi className="fx-faint">{path.slice(0, Math.max(0, slash))}</bdi>
    </span>
  )
}

function HunkLines({ file }: { file: FileDiff }) {
  const [limit, setLimit] = useState(LINES_AT_ONCE)
  const total = file.hunks.reduce((count, hunk) => count + hunk.lines.length, 0)
  let room = limit
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="fx-diff__scroll" tabIndex={0} aria-label={strings.diff.of(file.path)}>
        <table className="fx-diff__lines">
          <tbody>
            {file.hunks.map((hunk, index) => {
              const lines = hunk.lines.slice(0, room)
              room -= lines.length
              if (lines.length === 0) return null
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the hunks of a file never change
                <Fragment key={index}>
                  {(index > 0 || hunk.heading !== '') && (
                    <tr className="fx-diff__heading">
                      <td colSpan={3}>
                        <span>{hunk.heading === '' ? '⋯' : hunk.heading}</span>
                      </td>
                    </tr>
                  )}
                  {lines.map((line, lineIndex) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a hunk never change
                    <Line key={lineIndex} line={line} />
                  ))}
                </Fragment>
              )
            })}
          </tbody>
        </table>
      </section>
      {total > limit && (
        <Button look="quiet" onClick={() => setLimit(count => count + LINES_AT_ONCE * 5)}>
          {strings.text.moreLines(total - limit)}
        </Button>
      )}
    </>
  )
}

const SIGNS = { context: ' ', added: '+', removed: '−', note: ' ' } as const

function Line({ line }: { line: DiffLine }) {
  return (
    <tr className="fx-diff__line" data-kind={line.kind}>
      <td className="fx-diff__number fx-diff__number--before">{line.before}</td>
      <td className="fx-diff__number">{line.after ?? <span className="fx-diff__only-narrow">{line.before}</span>}</td>
      <td className="fx-diff__code">
        <span className="fx-diff__sign">{SIGNS[line.kind]}</span>
        {showHiddenCharacters(line.text)}
      </td>
    </tr>
  )
}
