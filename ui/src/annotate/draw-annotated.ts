import type { Mark } from '@fixpoint/protocol'
import { LINE_WIDTH, pathOfMark, TEXT_SIZE } from './marks.ts'

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
  for (const mark of marks) drawMark(context, mark)
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 })
  return { dataUrl: await toDataUrl(blob), mediaType: 'image/webp', width, height, bytes: blob.size }
}

function drawMark(context: OffscreenCanvasRenderingContext2D, mark: Mark): void {
  if (mark.kind === 'text') {
    context.font = `700 ${TEXT_SIZE}px system-ui, sans-serif`
    context.textBaseline = 'top'
    context.strokeStyle = '#ffffff'
    context.lineWidth = 5
    context.strokeText(mark.text, mark.at.x, mark.at.y)
    context.fillStyle = mark.color
    context.fillText(mark.text, mark.at.x, mark.at.y)
    return
  }
  const path = new Path2D(pathOfMark(mark))
  context.strokeStyle = '#ffffff'
  context.lineWidth = LINE_WIDTH + 3
  context.stroke(path)
  context.strokeStyle = mark.color
  context.lineWidth = LINE_WIDTH
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
