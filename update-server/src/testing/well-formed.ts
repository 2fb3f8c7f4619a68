import { SaxesParser } from 'saxes'

/** The elements of an XML document with their attributes, in their order. Throws where it is not well-formed. */
export function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const elements: { name: string; attributes: Record<string, string> }[] = []
  const parser = new SaxesParser()
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes }))
  parser.write(xml).close()
  return elements
}
