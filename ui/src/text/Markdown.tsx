import { Image } from 'lucide-react'
import { memo, type ReactElement, type ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { strings } from '../strings.ts'
import { CodeBox } from './CodeBox.tsx'
import { linkTarget, safeLink } from './safe-link.ts'

/**
 * Text that a model wrote. HTML in it is shown as text, pictures as their descriptions (loading one would tell a stranger that
 * it was read), and links open in a new tab and name their host.
 */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="fx-markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={components} urlTransform={address => (safeLink(address) ? address : '')}>
        {text}
      </ReactMarkdown>
    </div>
  )
})

const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ alt }) => (
    <span className="fx-markdown__image">
      <Image aria-hidden size={13} /> {alt || strings.markdown.imageWithoutText}
    </span>
  ),
  pre: ({ children }) => (
    <CodeBox label={strings.markdown.code} copy={{ text: () => textOf(children), label: strings.copy.code }}>
      {children}
    </CodeBox>
  ),
  // The document's headings belong to the panel; those of a text inside it start lower.
  h1: ({ children }) => <h4>{children}</h4>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  h6: ({ children }) => <h6>{children}</h6>
}

function SafeLink({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  const url = safeLink(href)
  if (url === undefined) return <span className="fx-markdown__dead-link">{children}</span>
  const target = linkTarget(url)
  const isTargetVisible = typeof children === 'string' && (children === target || children === href)
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {!isTargetVisible && <span className="fx-markdown__host"> ({target})</span>}
    </a>
  )
}

/** The words in what React shows of a code block. */
function textOf(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  if (Array.isArray(node)) return node.map(textOf).join('')
  return isElementWithChildren(node) ? textOf(node.props.children) : ''
}

function isElementWithChildren(node: ReactNode): node is ReactElement<{ children?: ReactNode }> {
  return typeof node === 'object' && node !== null && 'props' in node
}
