export interface Snippet {
  /** The page it stands on, relative to the repository. */
  readonly page: string;
  /** The line of its first statement, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** What it must print, where the page says so. */
  readonly output?: string;
}

const fence = /^```(\w*)\s*$/;

/**
 * The ```ts blocks of a page. `<!-- no-run -->` above a block leaves it out; a ```text block below
 * `<!-- output -->` is what the block before it prints.
 */
export function snippetsOf(page: string, markdown: string): readonly Snippet[] {
  const lines = markdown.split(/\r?\n/);
  const snippets: Snippet[] = [];
  let mark = "";
  for (let index = 0; index < lines.length; index++) {
    const language = fence.exec(lines[index]!)?.[1];
    if (language === undefined) {
      // a mark holds over blank lines, up to the next block or sentence
      if (lines[index]!.trim() !== "") mark = lines[index]!.trim();
      continue;
    }
    const end = lines.indexOf("```", index + 1);
    if (end === -1) throw new Error(`${page}:${index + 1}: this block has no end`);
    const text = lines.slice(index + 1, end).join("\n");
    if (language === "ts" && mark !== "<!-- no-run -->") snippets.push({ page, line: index + 2, code: text });
    if (language === "text" && mark === "<!-- output -->") {
      const last = snippets.pop();
      if (last === undefined) throw new Error(`${page}:${index + 1}: there is no block that could print this`);
      snippets.push({ ...last, output: text });
    }
    mark = "";
    index = end;
  }
  return snippets;
}

/** The file to write a snippet to; it is padded so that a compiler's line is the page's line. */
export function snippetFile({ page, line, code }: Snippet): { readonly name: string; readonly text: string } {
  return { name: `${page.replace(/\.md$/, "").replaceAll("/", "-")}-${line}.ts`, text: `${"\n".repeat(line - 1)}${code}\n` };
}
