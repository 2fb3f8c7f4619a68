import { Tag } from '@monorepo/ui/Tag.jsx'

export function Page() {
  return (
    <main>
      <p data-at="web-text">In the app</p>
      <Tag at="tag-in-page" />
    </main>
  )
}
