import { Tag } from '@monorepo/ui/Tag.jsx'

export function Page() {
  return (
    <main>
      <p data-at="admin-text">In the other app</p>
      <Tag at="tag-in-admin" />
    </main>
  )
}
