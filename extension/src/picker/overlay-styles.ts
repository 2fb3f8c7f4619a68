/**
 * Dark label and a line with a light rim: both are seen on light and on dark pages. Sizes in CSS pixels, independent of the page's
 * root font size. The mask's colour is opaque, because it hides what is private in pictures.
 */
export const OVERLAY_STYLES = `
:host { display: block !important; }
div { box-sizing: border-box; }
[hidden] { display: none !important; }
.outline, .label, .marker, .cover, .catcher { position: absolute; top: 0; left: 0; pointer-events: none; }
.catcher { pointer-events: auto; }
.everything { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: transparent; pointer-events: auto; }
.ring { position: absolute; inset: 0; box-shadow: inset 0 0 0 3px #6d4aff, inset 0 0 0 4px rgb(255 255 255 / 0.6); }
.outline {
  outline: 2px solid #6d4aff; border-radius: 2px; background: rgb(109 74 255 / 0.12);
  box-shadow: 0 0 0 3px rgb(255 255 255 / 0.85), inset 0 0 0 1px rgb(255 255 255 / 0.55);
}
.label {
  max-width: min(440px, calc(100vw - 8px)); padding: 5px 10px; border-radius: 6px; overflow: hidden;
  display: grid; grid-template-columns: auto 1fr; column-gap: 8px; align-items: baseline;
  background: #17151f; color: #fff; border: 1px solid rgb(255 255 255 / 0.28); box-shadow: 0 4px 14px rgb(0 0 0 / 0.35);
  font: 12px/17px ui-sans-serif, system-ui, sans-serif; letter-spacing: normal; text-align: left; white-space: nowrap;
}
.title { font-weight: 650; color: #c9bcff; overflow: hidden; text-overflow: ellipsis; }
.detail { color: #e7e5ee; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
.source {
  grid-column: 1 / -1; overflow: hidden; text-overflow: ellipsis; direction: rtl; unicode-bidi: plaintext; color: #a9a5b8;
  font: 11px/16px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
.marker { outline: 2px dashed #6d4aff; border-radius: 2px; box-shadow: 0 0 0 3px rgb(255 255 255 / 0.6); }
.number {
  position: absolute; top: var(--number-y, 0); left: var(--number-x, 0); translate: -9px -9px; min-width: 20px; height: 20px;
  padding: 0 5px; border-radius: 10px; border: 1.5px solid #fff; background: #6d4aff; color: #fff; text-align: center;
  font: 700 11px/17px ui-sans-serif, system-ui, sans-serif; font-variant-numeric: tabular-nums; box-shadow: 0 1px 4px rgb(0 0 0 / 0.4);
}
.cover { background: #8d8a99; }
.announcement { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`
