/** What is found of a page by looking at it from within. */
export interface Inspection {
  /** By how many pixels it is wider than the window. */
  readonly overflow: number;
  /** The texts in charts that touch each other. */
  readonly touching: readonly string[];
  /** The least contrast of a text with its ground. */
  readonly contrast: number;
  /** The parts that have a role and no name. */
  readonly unnamed: readonly string[];
}

/**
 * Looks at the page that it runs in; it is sent there as a text, so it needs nothing from outside.
 *
 * @returns What was found.
 */
export function inspectPage(): Inspection {
  function findTouching(chart: Element): string[] {
    const boxes = [...chart.querySelectorAll("text")].map((text) => ({
      text: text.textContent,
      box: text.getBoundingClientRect(),
    }));
    const seen = boxes.filter(({ box }) => box.width > 0);
    return seen.flatMap((one, i) =>
      seen.slice(i + 1).filter((other) => doTouch(one.box, other.box)).map((other) => `${one.text} | ${other.text}`)
    );
  }

  function doTouch(one: DOMRect, other: DOMRect): boolean {
    const isBeside = one.right <= other.left || other.right <= one.left;
    // Lines of text are higher than what is seen of them.
    return !isBeside && one.top + 2 < other.bottom && other.top + 2 < one.bottom;
  }

  /** As WCAG 2 defines it. */
  function luminanceOf(color: string): number {
    const [red = 0, green = 0, blue = 0] = color.match(/[\d.]+/g)!.map(Number).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function groundOf(element: Element): string {
    const { backgroundColor } = getComputedStyle(element);
    const { parentElement } = element;
    return backgroundColor === "rgba(0, 0, 0, 0)" && parentElement !== null ? groundOf(parentElement) : backgroundColor;
  }

  function contrastOf(element: Element): number {
    const { color, fill } = getComputedStyle(element);
    const ink = luminanceOf(element.tagName === "text" ? fill : color);
    const ground = luminanceOf(groundOf(element));
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
  }

  function hasText(element: Element): boolean {
    return [...element.childNodes].some(({ nodeType, textContent }) => nodeType === 3 && textContent?.trim() !== "");
  }

  const { documentElement } = document;
  const named = [...document.querySelectorAll("[role],figure,summary,[tabindex]")];
  return {
    overflow: documentElement.scrollWidth - documentElement.clientWidth,
    touching: [...document.querySelectorAll(".chart")].flatMap(findTouching),
    contrast: Math.min(...[...document.querySelectorAll("body *")].filter(hasText).map(contrastOf)),
    unnamed: named.filter((part) => !part.getAttribute("aria-label") && part.textContent?.trim() === "").map((
      { outerHTML },
    ) => outerHTML.slice(0, 80)),
  };
}
