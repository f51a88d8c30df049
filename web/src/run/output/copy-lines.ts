/** The selected output as plain text: one line for each row, without times, traces and line numbers. */

/** Null if the selection has no text of a line. */
export function selectedLines(list: HTMLElement, selection: Selection | null): string | null {
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || range.collapsed) return null;
  const texts = [...list.querySelectorAll<HTMLElement>('[data-row]')]
    .filter((row) => range.intersectsNode(row))
    .toSorted((a, b) => Number(a.dataset.row) - Number(b.dataset.row))
    .flatMap((row) => {
      const text = row.querySelector('.text');
      if (!text) return [];
      const part = document.createRange();
      part.selectNodeContents(text);
      if (text.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
      if (text.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
      return [part.toString()];
    });
  return texts.length === 0 ? null : texts.join('\n');
}
