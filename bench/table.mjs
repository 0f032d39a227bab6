// The report for people. A figure: {figure, unit, ours, peer?, aim?: {text, met}}; ours and peer: {name?, value, low, high, cpu, rss}.

const HEAD = ['figure', 'ours', 'peer', 'ratio', 'aim', '', 'CPU s', 'peak RSS MB', 'spread']

export function showTable(report) {
  const {machine} = report
  console.log(
    `\nlogflow bench   ${report.date}   ${machine.cores} × ${machine.cpu}   Node ${report.node}   ${grouped(report.records)} records, ${report.runs} runs, medians\n`,
  )
  const rows = report.figures.map(({figure, unit, ours, peer, ratio, aim}) => [
    figure,
    `${number(ours.value)} ${unit}`,
    peer ? `${number(peer.value)} ${unit}  ${peer.name}` : '',
    peer ? (ratio ?? ours.value / peer.value).toFixed(2) : '',
    aim?.text ?? '',
    aim ? (aim.met ? 'met' : 'NOT MET') : '',
    pair(ours.cpu, peer?.cpu, (value) => value.toFixed(1)),
    pair(ours.rss, peer?.rss, (value) => String(Math.round(value / 1e6))),
    ours.low === undefined ? '' : `${number(ours.low)}–${number(ours.high)}`,
  ])
  const widths = HEAD.map((_, i) => Math.max(...[HEAD, ...rows].map((row) => row[i].length)))
  for (const row of [HEAD, widths.map((width) => '─'.repeat(width)), ...rows]) {
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
  }
  if (report.left_out.length > 0) console.log('\nleft out:')
  for (const {row, what, why} of report.left_out) console.log(`  ${row}: ${what}: ${why}`)
}

function pair(ours, peers, show) {
  if (!ours) return ''
  return peers ? `${show(ours)} / ${show(peers)}` : show(ours)
}

function number(value) {
  return value >= 1000 ? grouped(value) : String(Math.round(value * 10) / 10)
}

function grouped(value) {
  return Math.round(value).toLocaleString('en-US')
}
