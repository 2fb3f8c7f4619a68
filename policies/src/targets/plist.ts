import type { PolicyValue } from '../browser-policies.ts'

/** A property list in XML, as macOS' own tools write it. */
export function writePlist(value: PolicyValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(value, '')}
</plist>
`
}

function element(value: PolicyValue, indent: string): string {
  const inner = `${indent}\t`
  if (typeof value === 'string') return `${indent}<string>${escapeXml(value)}</string>`
  if (typeof value === 'boolean') return `${indent}<${value}/>`
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`
  if (isList(value)) return [`${indent}<array>`, ...value.map(item => element(item, inner)), `${indent}</array>`].join('\n')
  const entries = Object.entries(value).flatMap(([name, item]) => [`${inner}<key>${escapeXml(name)}</key>`, element(item, inner)])
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join('\n')
}

function isList(value: PolicyValue): value is readonly PolicyValue[] {
  return Array.isArray(value)
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
