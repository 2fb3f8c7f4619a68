import type { Mark } from '@fixpoint/protocol'
import { markSizes, pathOfMark } from './marks.ts'

/** A picture that was made here. `bytes` of the encoded file. */
export interface MadePicture {
  dataUrl: string
  mediaType: 'image/webp'
  width: number
  height: number
  bytes: number
}

/**
 * Paints marks on a screenshot.
 * @param widthOnPage in CSS pixels, which marks are counted in.
 */
export async function drawAnnotated(url: string, widthOnPage: number, marks: readonly Mark[]): Promise<MadePicture> {
  const bitmap = await createImageBitmap(await (await fetch(url)).blob())
  const { width, height } = bitmap
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The browser cannot draw pictures now.')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const scale = width / widthOnPage
  context.scale(scale, scale)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  const sizes = markSizes(widthOnPage)
  for (const mark of marks) drawMark(context, mark, sizes)
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 })
  return { dataUrl: await toDataUrl(blob), mediaType: 'image/webp', width, height, bytes: blob.size }
}

function drawMark(context: OffscreenCanvasRenderingContext2D, mark: Mark, { line, rim, text }: ReturnType<typeof markSizes>): void {
  if (mark.kind === 'text') {
    context.font = `700 ${text}px system-ui, sans-serif`
    context.textBaseline = 'top'
    context.strokeStyle = '#ffffff'
    context.lineWidth = rim
    context.strokeText(mark.text, mark.at.x, mark.at.y)
    context.fillStyle = mark.color
    context.fillText(mark.text, mark.at.x, mark.at.y)
    return
  }
  const path = new Path2D(pathOfMark(mark))
  context.strokeStyle = '#ffffff'
  context.lineWidth = rim
  context.stroke(path)
  context.strokeStyle = mark.color
  context.lineWidth = line
  context.stroke(path)
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error ?? new Error('The picture could not be read.'))
    reader.readAsDataURL(blob)
  })
}
