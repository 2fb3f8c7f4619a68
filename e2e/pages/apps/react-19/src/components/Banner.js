import { createElement } from 'react'

// No JSX: a call of createElement.
export function Banner() {
  return createElement('aside', { className: 'banner', 'data-at': 'banner-text' }, 'Ten percent off')
}
