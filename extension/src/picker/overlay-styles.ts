/**
 * Dark label and a line with a light rim: both are seen on light and on dark pages. Sizes in CSS pixels, independent of the page's
 * root font size. The mask's colour is opaque, because it hides what is private in pictures.
 */
export const OVERLAY_STYLES = `
:host { display: block !important; }
:host::before, :host::after, :host::backdrop { content: none !important; display: none !important; }
div { box-sizing: border-box; }
[hidden] { display: none !important; }
.outline, .model, .label, .marker, .cover, .catcher, .rectangle, .line { position: absolute; top: 0; left: 0; pointer-events: none; }
.catcher { pointer-events: auto; }
.everything { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: transparent; pointer-events: auto; }
.ring { position: absolute; inset: 0; box-shadow: inset 0 0 0 3px #6d4aff, inset 0 0 0 4px rgb(255 255 255 / 0.6); }
.outline {
  outline: 2px solid #6d4aff; border-radius: 2px; background: rgb(109 74 255 / 0.12);
  box-shadow: 0 0 0 3px rgb(255 255 255 / 0.85), inset 0 0 0 1px rgb(255 255 255 / 0.55);
}
.label {
  max-width: min(460px, calc(100vw - 8px)); padding: 5px 10px; border-radius: 6px; overflow: hidden;
  display: grid; grid-template-columns: auto minmax(0, 1fr) auto; column-gap: 8px; align-items: baseline;
  background: #17151f; color: #fff; border: 1px solid rgb(255 255 255 / 0.28); box-shadow: 0 4px 14px rgb(0 0 0 / 0.35);
  font: 12px/17px ui-sans-serif, system-ui, sans-serif; letter-spacing: normal; text-align: left; white-space: nowrap;
}
.title { font-weight: 650; color: #c9bcff; max-width: 220px; overflow: hidden; text-overflow: ellipsis; }
.detail { color: #e7e5ee; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
.contrast { font-weight: 600; font-variant-numeric: tabular-nums; color: #8fe3b0; }
.contrast[data-level='fails'] { color: #ffa0a4; }
.contrast[data-level='unknown'] { color: #a9a5b8; font-weight: 400; }
.source, .figures, .note { grid-column: 1 / -1; overflow: hidden; text-overflow: ellipsis; }
.source {
  direction: rtl; unicode-bidi: plaintext; color: #a9a5b8;
  font: 11px/16px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
.figures { color: #d5d2de; font-size: 11px; font-variant-numeric: tabular-nums; }
.note { color: #f4c96b; white-space: normal; }
.outline[data-model] { background: none; }
.layer, .content { position: absolute; border-style: solid; border-width: 0; }
.margin { border-color: rgb(246 178 107 / 0.66); }
.border { border-color: rgb(255 229 153 / 0.8); }
.padding { border-color: rgb(147 196 125 / 0.66); }
.content { background: rgb(111 168 220 / 0.5); }
.figure {
  position: absolute; padding: 0 2px; border-radius: 2px; font: 600 10px/12px ui-sans-serif, system-ui, sans-serif; color: #fff;
  background: rgb(23 21 31 / 0.82); font-variant-numeric: tabular-nums;
}
.figure:empty { display: none; }
.figure.top { bottom: 100%; left: 50%; translate: -50%; }
.figure.right { left: 100%; top: 50%; translate: 0 -50%; }
.figure.bottom { top: 100%; left: 50%; translate: -50%; }
.figure.left { right: 100%; top: 50%; translate: 0 -50%; }
.rectangle { outline: 2px solid #6d4aff; background: rgb(109 74 255 / 0.16); box-shadow: 0 0 0 3px rgb(255 255 255 / 0.85); }
.line { background: rgb(109 74 255 / 0.32); border-radius: 2px; box-shadow: 0 1.5px 0 #6d4aff; }
.mode {
  position: absolute; left: 50%; bottom: 14px; translate: -50%; padding: 4px 12px; border-radius: 14px; pointer-events: none;
  background: #17151f; color: #fff; border: 1px solid rgb(255 255 255 / 0.28); box-shadow: 0 4px 14px rgb(0 0 0 / 0.35);
  font: 600 12px/18px ui-sans-serif, system-ui, sans-serif; white-space: nowrap;
}
.marker[data-kind='region'] { background: rgb(109 74 255 / 0.06); }
.marker { outline: 2px dashed #6d4aff; border-radius: 2px; box-shadow: 0 0 0 3px rgb(255 255 255 / 0.6); }
.number {
  position: absolute; top: var(--number-y, 0); left: var(--number-x, 0); translate: -9px -9px; min-width: 20px; height: 20px;
  padding: 0 5px; border-radius: 10px; border: 1.5px solid #fff; background: #6d4aff; color: #fff; text-align: center;
  font: 700 11px/17px ui-sans-serif, system-ui, sans-serif; font-variant-numeric: tabular-nums; box-shadow: 0 1px 4px rgb(0 0 0 / 0.4);
}
.cover { background: #8d8a99; }
.announcement { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`
