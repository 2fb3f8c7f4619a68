// A widget of somebody else's, made without a build, with a copy of React of its own.
;(({ createElement }, { createRoot }) => {
  function OldWidget() {
    return createElement('div', null, createElement('p', { 'data-at': 'old-copy' }, 'from React 18'))
  }

  createRoot(document.getElementById('old')).render(createElement(OldWidget))
})(globalThis.React, globalThis.ReactDOM)
