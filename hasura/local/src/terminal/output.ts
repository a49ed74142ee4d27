const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const

/** What the person at the terminal sees. Colours only where a terminal shows them. */
export interface Output {
  /** A step that is done, with how long it took. */
  done(step: string, startedAt: number, note?: string): void
  note(line: string): void
  problem(text: string): void
  /** Rows in columns as wide as their widest cell; the first row is the heading. */
  table(rows: string[][]): void
  line(text: string): void
}

export function terminalOutput(stream: NodeJS.WriteStream): Output {
  const isColoured = stream.isTTY && !process.env['NO_COLOR']
  const paint = (text: string, ...colours: (keyof typeof COLOURS)[]) =>
    isColoured ? `\u001b[${colours.map((name) => COLOURS[name]).join(';')}m${text}\u001b[0m` : text
  const line = (text: string) => void stream.write(`${text}\n`)
  // A closed terminal must not keep the stack from ending in order.
  stream.on('error', () => undefined)
  return {
    line,
    done(step, startedAt, note = '') {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
      line(`  ${paint('✓', 'green')} ${step.padEnd(10)} ${paint(`${seconds} s`, 'dim')}  ${note}`)
    },
    note: (text) => line(`  ${paint('·', 'yellow')} ${text}`),
    problem: (text) => line(paint(`  ✗ ${text}`, 'red')),
    table(rows) {
      const widths = (rows[0] ?? []).map((_cell, column) =>
        Math.max(...rows.map((row) => row[column]?.length ?? 0)),
      )
      rows.forEach((row, index) => {
        const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
        const text = `  ${cells.join('  ').trimEnd()}`
        line(index === 0 ? paint(text, 'bold') : text)
      })
    },
  }
}
