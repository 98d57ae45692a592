/** Shows how far a long command is, on a terminal alone. */
export interface ProgressBar {
  show(progress: { readonly done: number; readonly total: number; readonly site: string }): void;
  /** Clears the line. */
  end(): void;
}

const width = 24;
const siteCharacters = 40;

/** Makes a bar that redraws one line; silent where there is no terminal. */
export function createProgressBar(stream: NodeJS.WriteStream, wanted: boolean): ProgressBar {
  if (!wanted || !stream.isTTY) return { show: () => {}, end: () => {} };
  let drawn = false;
  return {
    show({ done, total, site }) {
      const lit = total === 0 ? width : Math.round((done / total) * width);
      const bar = `${'█'.repeat(lit)}${'░'.repeat(width - lit)}`;
      stream.write(`\r\x1b[2K${bar} ${done} of ${total}  ${site.slice(0, siteCharacters)}`);
      drawn = true;
    },
    end() {
      if (drawn) stream.write('\r\x1b[2K');
      drawn = false;
    },
  };
}
