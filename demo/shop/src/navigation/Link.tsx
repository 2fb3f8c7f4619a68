import type { ComponentProps, MouseEvent } from 'react'
import { goTo } from './address.ts'

/** A link within the shop. New tabs and windows are left to the browser. */
export function Link({ to, ...rest }: { to: string } & Omit<ComponentProps<'a'>, 'href' | 'onClick'>) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    goTo(to)
  }
  return <a href={to} onClick={follow} {...rest} />
}
