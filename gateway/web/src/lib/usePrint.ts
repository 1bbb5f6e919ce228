// Printing: a frame around every sheet, and all rows instead of the first ones.
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&').replace(/\s+/g, ' ')}"`;

interface FrameTexts {
  topLeft: string;
  topRight: string;
  bottomLeft: string;
}

/** Words in the margins of every sheet of paper, with the number of the page. Set by script as a style sheet of its own,
 * which the policy allows; margins of a page cannot be filled from the document. */
export function usePrintFrame({ topLeft, topRight, bottomLeft }: FrameTexts) {
  useEffect(() => {
    const sheet = new CSSStyleSheet();
    const box = (place: string, content: string) =>
      `@${place} { content: ${content}; font: 8pt system-ui, sans-serif; color: #333; }`;
    sheet.replaceSync(
      `@page { size: A4; margin: 20mm 15mm 18mm;
        ${box('top-left', quoted(topLeft))}
        ${box('top-right', quoted(topRight))}
        ${box('bottom-left', quoted(bottomLeft))}
        ${box('bottom-right', 'counter(page) " / " counter(pages)')}
      }`,
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter(other => other !== sheet);
    };
  }, [topLeft, topRight, bottomLeft]);
}

/** True while the page is being printed: what is shortened on the screen is drawn whole on paper. */
export function usePrinting() {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, []);
  return printing;
}
