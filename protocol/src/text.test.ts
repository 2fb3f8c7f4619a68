import { describe, expect, it } from 'vitest'
import { cutText, isStorableText, isVisibleText, stripControls, toStorableText } from './text.ts'

describe('stripControls', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['clipboard (OSC 52)', 'a\u001b]52;c;ZXZpbA==\u0007b', 'ab'],
    ['links (OSC 8)', '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['title', '\u001b]0;pwned\u0007text', 'text'],
    ['alternate screen', '\u001b[?1049hhidden\u001b[?1049l', 'hidden'],
    ['device control string', '\u001bP+q544e\u001b\\x', 'x'],
    ['8-bit control sequence', 'a\u009b31mb', 'a31mb'],
    ['right-to-left override', 'a\u202eb', 'ab'],
    ['carriage return that hides', 'good\rbad', 'goodbad'],
    ['backspace', 'ab\u0008c', 'abc']
  ])('takes out %s', (_name, input, output) => {
    expect(stripControls(input)).toBe(output)
  })

  it('keeps tabs, line ends and everything visible', () => {
    expect(stripControls('a\tb\r\nc é 🎉')).toBe('a\tb\nc é 🎉')
  })
})

describe('text that people send', () => {
  it('is refused when it cannot be stored', () => {
    expect(isStorableText('fine 🎉')).toBe(true)
    for (const text of ['a\u0000b', '\ud83c', 'x\udf89', '\ud83c\ud83c\udf89']) {
      expect(isStorableText(text)).toBe(false)
      expect(isStorableText(toStorableText(text))).toBe(true)
    }
  })

  it.each(['', '   ', '\n\t', '\u200b\u200d\u2060', '\ufeff', '\u3164', '\u{e0041}'])(
    'counts as empty when nothing of it can be seen: %j',
    text => {
      expect(isVisibleText(text)).toBe(false)
    }
  )

  it('is cut between characters', () => {
    expect(cutText('abc', 3)).toBe('abc')
    expect(cutText('ab🎉cd', 3)).toBe('ab… (4 more characters)')
  })
})
