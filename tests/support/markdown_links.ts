/** A link or a picture of a document. */
export interface MarkdownLink {
  /** Where it leads, without the part after `#`; empty within the document itself. */
  readonly path: string;
  /** The part after `#`; empty without one. */
  readonly anchor: string;
}

/** What is code, in which brackets are no links. */
const CODE = /^( *)```[^]*?^\1```|`[^`\n]*`/gm;

/** The links and pictures in `markdown`, those of its code left out. */
export function linksIn(markdown: string): MarkdownLink[] {
  return [...markdown.replaceAll(CODE, "").matchAll(/\]\(([^)\s#]*)(?:#([^)\s]*))?\)/g)].map((
    [, path = "", anchor = ""],
  ) => ({ path, anchor }));
}

/** The anchors of the headings in `markdown`, as GitHub, npm and JSR name them. */
export function anchorsIn(markdown: string): string[] {
  const text = markdown.replaceAll(/^( *)```[^]*?^\1```/gm, "");
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const words = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}
